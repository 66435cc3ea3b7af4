import { useState } from 'react';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Newer, Older } from '../components/Older.tsx';
import { Empty, Failed, Section, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { sideName, type Conflict, type Side } from '../conflicts.ts';
import type { Answer } from '../contract.ts';
import { useNewestFirst } from '../newestFirst.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useNow, valueOf } from '../remote.ts';
import { actorWords, ago, entityWords, valueWords } from '../words.ts';
import { tableOf, type ConflictsProps } from './Conflicts.tsx';
import { RowName } from './RowName.tsx';

type Page = Answer<'listConflicts'>;

/** The first page is read again and again; whoever looks further back wants to get there soon. */
const PAGE = 50;
const OLDER_PAGE = 200;
const EVERY_MS = 10_000;

/** What was decided, by whom, and the way back: the losing value of each is kept. */
export function SettledConflicts({ backend, resources, onChanged }: ConflictsProps) {
  const now = useNow(10_000);
  const pages = useNewestFirst<Page, Conflict>({
    load: (before) =>
      backend.ask('listConflicts', {
        query: {
          ...{ state: 'resolved', sort: 'decided' },
          ...(before === null ? { limit: PAGE } : { limit: OLDER_PAGE, after: before }),
        },
      }),
    ...{ key: backend.session.connectionId, everyMs: EVERY_MS },
    read: ({ conflicts, nextAfter }) => ({ items: conflicts, next: nextAfter }),
    idOf: ({ conflictId }) => conflictId,
  });
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'operator');
  const undo = async ({ conflictId }: Conflict, side: Side): Promise<void> => {
    setBusy(`${conflictId} ${side}`);
    setProblem(null);
    const undone = await backend.ask('undoConflict', { params: { conflictId }, query: { side } });
    if (!undone.ok) setProblem(undone.error);
    // It may stand further down than what is read again.
    const reread = await backend.ask('readConflict', { params: { conflictId } });
    if (reread.ok) pages.replace(reread.value);
    await pages.reload();
    setBusy(null);
    onChanged();
  };
  const { remote, items } = pages;
  if (!valueOf(remote)) {
    if (remote.state !== 'failed') return <Skeleton lines={8} what="what was settled" />;
    return <Failed problem={remote.problem} onRetry={() => void pages.reload()} />;
  }
  if (items.length === 0) {
    return (
      <Empty title="Nothing settled yet">
        Once a conflict is settled, both of its values stand here, and the one that lost can be brought back.
      </Empty>
    );
  }
  return (
    <Section
      title="Settled"
      lead="What was settled last comes first. What is brought back goes to both sides, like every decision."
    >
      {problem && (
        <Banner tone={problem.kind === 'moved' ? 'warning' : 'error'} title={problem.title}>
          {problem.message}
        </Banner>
      )}
      <Trouble problem={pages.problem} />
      <Newer pages={pages} title="More were settled meanwhile" />
      <ul className="list">
        {items.map((conflict) => (
          <li key={conflict.conflictId} className="list-item person">
            <div>
              <p className="list-title">
                <RowName
                  tableName={tableOf(resources, conflict.resource)}
                  recordId={conflict.airtableRecordId}
                  otherwise={entityWords(conflict.resource, conflict.entityId)}
                />{' '}
                · {conflict.field.column}
              </p>
              <p>{outcomeWords(conflict)}</p>
              <p className="muted">
                {conflict.policy === null
                  ? `by ${conflict.decidedBy === null ? 'nobody' : actorWords(conflict.decidedBy)}`
                  : `by the policy “${conflict.policy}”`}
                {conflict.decidedAt !== null && `, ${ago(conflict.decidedAt, now)}`}
                {conflict.undoneBy !== null && ', and brought back since'}
              </p>
            </div>
            {conflict.canUndoTo.length > 0 && (
              <div className="actions">
                {conflict.canUndoTo.map((side) => (
                  <Button
                    key={side}
                    label={`Undo to ${sideName(side)}’s ${valueOfSide(conflict, side)}: ${conflict.field.column}`}
                    busy={busy === `${conflict.conflictId} ${side}`}
                    disabledReason={reason}
                    onClick={() => void undo(conflict, side)}
                  >
                    {/* A typed value has beaten both sides: then it takes a word which one comes back. */}
                    {conflict.canUndoTo.length > 1 ? `Undo to ${sideName(side)}’s` : 'Undo'}
                  </Button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      <Older pages={pages} />
    </Section>
  );
}

function outcomeWords(conflict: Conflict): string {
  const { decision, decidedValue, field } = conflict;
  const words = (value: unknown): string => valueWords(field.kind, value) ?? 'blank';
  if (decision === 'buildium' || decision === 'airtable') {
    const other = decision === 'buildium' ? 'airtable' : 'buildium';
    return `${sideName(decision)}’s ${words(conflict[decision])} won over ${words(conflict[other])}.`;
  }
  return decision === 'value'
    ? `${words(decidedValue)} was typed over Buildium’s ${words(conflict.buildium)} and Airtable’s ${words(conflict.airtable)}.`
    : 'It ended by itself.';
}

function valueOfSide(conflict: Conflict, side: Side): string {
  return valueWords(conflict.field.kind, conflict[side]) ?? 'blank';
}
