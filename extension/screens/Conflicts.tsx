import { useState } from 'react';
import type { ApiResponse } from '../../shared/api.ts';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Empty, Section, Skeleton } from '../components/Section.tsx';
import { VirtualList } from '../components/VirtualList.tsx';
import { formatCents } from '../../shared/money.ts';
import { useKeys } from '../keys.ts';
import { valueOf, useNow, type Watched } from '../remote.ts';
import { useIsWide } from '../sdk.ts';
import { ago, capital, plural, resourceWords } from '../words.ts';
import { ConflictDetail, sideName, type Side } from './ConflictDetail.tsx';
import { RowName } from './RowName.tsx';

export type Conflict = ApiResponse<'readConflict'>;

export type ConflictsProps = {
  backend: Backend;
  conflicts: Watched<ApiResponse<'listConflicts'>>;
  resources: readonly ResourceStatus[];
};

const ROW_PX = 64;

export function Conflicts({ backend, conflicts, resources }: ConflictsProps) {
  const now = useNow(10_000);
  const isWide = useIsWide(640);
  const [openId, setOpenId] = useState<string | null>(null);
  const [settled, setSettled] = useState<{ id: string; words: string }[]>([]);
  const answer = valueOf(conflicts.remote);
  const gone = new Set(settled.map(({ id }) => id));
  const list = (answer?.conflicts ?? []).filter(({ conflictId }) => !gone.has(conflictId));
  const found = list.findIndex(({ conflictId }) => conflictId === openId);
  // Wide enough for both, the first one is open beside the list.
  const index = found >= 0 ? found : isWide && list.length > 0 ? 0 : -1;
  const open = list[index] ?? null;
  const move = (step: number): void => {
    const next = list[Math.min(list.length - 1, Math.max(0, (index < 0 ? 0 : index) + step))];
    if (next) setOpenId(next.conflictId);
  };
  useKeys({
    j: () => move(index < 0 ? 0 : 1),
    k: () => move(-1),
    Escape: () => {
      if (!isWide) setOpenId(null);
    },
  });

  if (!answer) {
    if (conflicts.remote.state === 'failed') {
      const { title, message } = conflicts.remote.problem;
      return (
        <Banner
          tone="error"
          title={title}
          action={
            <Button icon="retry" onClick={() => void conflicts.reload()}>
              Try again
            </Button>
          }
        >
          {message}
        </Banner>
      );
    }
    return <Skeleton lines={6} what="the conflicts" />;
  }
  const last = settled.at(-1);
  const done = (
    <div role="status" className={last ? 'settled' : 'visually-hidden'}>
      {last?.words}
    </div>
  );
  if (list.length === 0) {
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
  const stakes = list.reduce((sum, conflict) => sum + (conflict.stakesCents ?? 0), 0);
  const showsList = isWide || open === null;
  return (
    <>
      {done}
      <div className={isWide ? 'split' : undefined}>
        {showsList && (
          <Section
            title={plural(list.length, 'conflict')}
            lead={
              <>
                {stakes > 0 && <>{formatCents(stakes)} at stake. </>}
                <kbd>J</kbd> <kbd>K</kbd> move, <kbd>1</kbd> <kbd>2</kbd> choose, <kbd>Enter</kbd> settles.
              </>
            }
          >
            <VirtualList
              label="Conflicts"
              items={list}
              rowPx={ROW_PX}
              keyOf={({ conflictId }) => conflictId}
              maxPx={isWide ? 560 : 480}
              {...(index >= 0 ? { activeIndex: index } : {})}
            >
              {(conflict) => (
                <button
                  type="button"
                  className="pick"
                  aria-current={conflict === open ? 'true' : undefined}
                  onClick={() => setOpenId(conflict.conflictId)}
                >
                  <span className="pick-main">
                    <RowName
                      tableName={tableOf(resources, conflict.resource)}
                      recordId={conflict.airtableRecordId}
                      otherwise={`${capital(resourceWords(conflict.resource).one)} ${conflict.entityId}`}
                    />
                    <span className="muted">
                      {conflict.field.column} · {ago(conflict.openedAt, now)}
                    </span>
                  </span>
                  {conflict.stakesCents !== null && (
                    <span className="pick-stakes">{formatCents(conflict.stakesCents)}</span>
                  )}
                </button>
              )}
            </VirtualList>
          </Section>
        )}
        {open && !isWide && (
          <div className="back">
            <Button variant="quiet" icon="left" onClick={() => setOpenId(null)}>
              All conflicts
            </Button>
          </div>
        )}
        {open && (
          <ConflictDetail
            key={open.conflictId}
            backend={backend}
            conflict={open}
            tableName={tableOf(resources, open.resource)}
            now={now}
            onMoved={() => conflicts.reload()}
            onSettled={(side: Side, words: string) => {
              setSettled((before) => [
                ...before,
                { id: open.conflictId, words: `${sideName(side)}’s value it is: ${words}` },
              ]);
              setOpenId(list[index + 1]?.conflictId ?? list[index - 1]?.conflictId ?? null);
              void conflicts.reload();
            }}
          />
        )}
      </div>
    </>
  );
}

/** The table's name when it was made: where it was renamed since, the row is named by its id. */
function tableOf(resources: readonly ResourceStatus[], name: string): string | null {
  return resources.find(({ resource }) => resource === name)?.table ?? null;
}
