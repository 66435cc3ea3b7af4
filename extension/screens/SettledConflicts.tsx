import { useState } from 'react';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Empty, Failed, Section, Skeleton } from '../components/Section.tsx';
import { sideName, type Conflict, type Side } from '../conflicts.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useNow, useRemote, valueOf } from '../remote.ts';
import { actorWords, ago, entityWords, valueWords } from '../words.ts';
import { tableOf, type ConflictsProps } from './Conflicts.tsx';
import { RowName } from './RowName.tsx';

const SHOWN = 50;
const EVERY_MS = 10_000;

/** What was decided, by whom, and the way back: the losing value of each is kept. */
export function SettledConflicts({ backend, resources, onChanged }: ConflictsProps) {
  const now = useNow(10_000);
  const settled = useRemote(
    () => backend.ask('listConflicts', { query: { state: 'resolved', sort: 'newest', limit: SHOWN } }),
    backend.session.connectionId,
    EVERY_MS,
  );
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'operator');
  const answer = valueOf(settled.remote);
  const undo = async ({ conflictId }: Conflict, side: Side): Promise<void> => {
    setBusy(`${conflictId} ${side}`);
    setProblem(null);
    const undone = await backend.ask('undoConflict', { params: { conflictId }, query: { side } });
    if (!undone.ok) setProblem(undone.error);
    await settled.reload();
    setBusy(null);
    onChanged();
  };
  if (!answer) {
    if (settled.remote.state !== 'failed') return <Skeleton lines={8} what="what was settled" />;
    return <Failed problem={settled.remote.problem} onRetry={() => void settled.reload()} />;
  }
  if (answer.conflicts.length === 0) {
    return (
      <Empty title="Nothing settled yet">
        Once a conflict is settled, both of its values stand here, and the one that lost can be brought back.
      </Empty>
    );
  }
  return (
    <Section
      title="Settled"
      lead="Newest first. What is brought back goes to both sides, like every decision."
    >
      {problem && (
        <Banner tone={problem.kind === 'moved' ? 'warning' : 'error'} title={problem.title}>
          {problem.message}
        </Banner>
      )}
      <ul className="list">
        {answer.conflicts.map((conflict) => (
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
