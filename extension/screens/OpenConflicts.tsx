import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import { byEntity } from '../conflicts.ts';
import { useKeys } from '../keys.ts';
import { useNow, valueOf } from '../remote.ts';
import { useIsWide } from '../sdk.ts';
import { BulkSettle } from './BulkSettle.tsx';
import { ConflictDetail } from './ConflictDetail.tsx';
import { ConflictList } from './ConflictList.tsx';
import { tableOf, type ConflictsProps } from './Conflicts.tsx';
import { NO_CONFLICT_FILTER, useConflictPages, type ConflictFilter } from './useConflictPages.ts';
import { useOpenGroup } from './useOpenGroup.ts';

/** What came of a choice, to be said above the list; nothing is settled where it was refused. */
type Settled = { conflictIds: readonly string[]; words: string; canUndo: boolean };

/** What waits for a choice: a list to walk through by keyboard, and the entity that is open beside it. */
export function OpenConflicts({ backend, resources, onChanged }: ConflictsProps) {
  const now = useNow(10_000);
  const isWide = useIsWide(640);
  const [filter, setFilter] = useState<ConflictFilter>(NO_CONFLICT_FILTER);
  const pages = useConflictPages(backend, filter);
  const [settled, setSettled] = useState<readonly Settled[]>([]);
  const [isBulk, setIsBulk] = useState(false);
  const gone = new Set(settled.flatMap(({ conflictIds }) => conflictIds));
  const answer = valueOf(pages.remote);
  const groups = byEntity((answer?.conflicts ?? []).filter(({ conflictId }) => !gone.has(conflictId)));
  const open = useOpenGroup(answer && groups, isWide);
  useKeys({
    j: () => open.step(1),
    k: () => open.step(-1),
    Escape: () => {
      if (!isWide) open.show(null);
    },
  });
  const reload = async (): Promise<void> => {
    onChanged();
    await pages.reload();
  };

  if (!answer) {
    if (pages.remote.state !== 'failed') return <Skeleton lines={6} what="the conflicts" />;
    return <Failed problem={pages.remote.problem} onRetry={() => void pages.reload()} />;
  }
  const total = Math.max(
    0,
    answer.total - (answer.conflicts.length - groups.flatMap((g) => g.conflicts).length),
  );
  const done = (
    <JustSettled
      backend={backend}
      last={settled.at(-1) ?? null}
      onUndone={async () => {
        setSettled((before) => before.slice(0, -1));
        await reload();
      }}
    />
  );
  if (groups.length === 0 && filter.resource === '') {
    return (
      <>
        {done}
        <Empty title="No conflicts">
          When the same field is changed in Buildium and in Airtable before they meet, both values are kept
          and wait here for your choice. Nothing else stops meanwhile.
        </Empty>
      </>
    );
  }
  const { group } = open;
  const showsList = isWide || group === null;
  return (
    <>
      {done}
      <div className={isWide ? 'split' : undefined}>
        {showsList && (
          <ConflictList
            groups={groups}
            total={total}
            index={open.index}
            now={now}
            isWide={isWide}
            filter={filter}
            resources={resources}
            onFilter={setFilter}
            onOpen={(key) => {
              setIsBulk(false);
              open.show(key);
            }}
            onBulk={() => setIsBulk(true)}
            {...(answer.nextAfter === null ? {} : { onMore: pages.more })}
          />
        )}
        {isBulk && total > 0 && (
          <BulkSettle
            backend={backend}
            filter={filter}
            listed={{ count: total, version: answer.version }}
            onMoved={reload}
            onClose={() => setIsBulk(false)}
            onSettled={(words, conflictIds) => {
              setIsBulk(false);
              setSettled((before) => [...before, { conflictIds, words, canUndo: false }]);
              open.show(null);
              void reload();
            }}
          />
        )}
        {group && !isWide && (
          <div className="back">
            <Button variant="quiet" icon="left" onClick={() => open.show(null)}>
              All conflicts
            </Button>
          </div>
        )}
        {group && !isBulk && (
          <ConflictDetail
            // Another version is another question: what was chosen for the one before does not stand for it.
            key={group.key}
            backend={backend}
            group={group}
            isGone={open.isGone}
            tableName={tableOf(resources, group.resource)}
            now={now}
            onMoved={reload}
            onSettled={(conflictIds, words) => {
              setSettled((before) => [...before, { conflictIds, words, canUndo: conflictIds.length === 1 }]);
              open.leave(group.key);
              void reload();
            }}
            onRefusedUnseen={(words) =>
              setSettled((before) => [...before, { conflictIds: [], words, canUndo: false }])
            }
          />
        )}
      </div>
    </>
  );
}

type JustSettledProps = { backend: Backend; last: Settled | null; onUndone: () => Promise<void> };

/** Said at once, with the way back while it is still in mind. */
function JustSettled({ backend, last, onUndone }: JustSettledProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [refused, setRefused] = useState<{ of: Settled; words: string } | null>(null);
  const undo = async (settled: Settled): Promise<void> => {
    const [conflictId = ''] = settled.conflictIds;
    setIsBusy(true);
    const answer = await backend.ask('undoConflict', { params: { conflictId } });
    setIsBusy(false);
    if (answer.ok) await onUndone();
    else setRefused({ of: settled, words: answer.error.message });
  };
  return (
    <div role="status" className={last ? 'settled' : 'visually-hidden'}>
      <span>{last && refused?.of === last ? refused.words : last?.words}</span>
      {last?.canUndo === true && (
        <Button variant="quiet" busy={isBusy} onClick={() => void undo(last)}>
          Undo
        </Button>
      )}
    </div>
  );
}
