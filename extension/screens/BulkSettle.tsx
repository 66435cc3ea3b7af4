import { useRef, useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Section } from '../components/Section.tsx';
import { sideName, type Side } from '../conflicts.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { plural, resourceWords } from '../words.ts';
import type { ConflictFilter } from './useConflictPages.ts';

export type BulkSettleProps = {
  backend: Backend;
  filter: ConflictFilter;
  /** As they are listed now. What was listed when this opened is settled, and nothing else: the server asks again. */
  listed: { count: number; version: string };
  /** They are not those that were seen any more: reads them anew. */
  onMoved: () => Promise<void>;
  onClose: () => void;
  onSettled: (words: string, conflictIds: readonly string[]) => void;
};

/** One answer for a whole list: the button says for how many, and each is settled by itself. */
export function BulkSettle({ backend, filter, listed, onClose, onMoved, onSettled }: BulkSettleProps) {
  const [{ count, version }, setSeen] = useState(listed);
  const newest = useRef(listed);
  newest.current = listed;
  const [busy, setBusy] = useState<Side | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'operator');
  const about = filter.resource === '' ? 'conflict' : `conflict of ${resourceWords(filter.resource).many}`;
  const many = filter.resource === '' ? 'conflicts' : `conflicts of ${resourceWords(filter.resource).many}`;

  const settle = async (side: Side): Promise<void> => {
    setBusy(side);
    setProblem(null);
    const given = filter.resource === '' ? {} : { resource: filter.resource };
    const answer = await backend.ask('resolveConflicts', { body: { filter: given, side, version } });
    setBusy(null);
    if (!answer.ok) {
      setProblem(answer.error);
      if (answer.error.kind !== 'moved') return;
      await onMoved();
      return setSeen(newest.current);
    }
    const { taken, closed, moved, refused } = answer.value;
    const left = [
      moved.length > 0 ? `${plural(moved.length, 'one')} changed meanwhile and stay open` : null,
      closed.length > 0
        ? `${plural(closed.length, 'one')} had ended meanwhile: ${closed[0]?.message ?? ''}`
        : null,
      refused.length > 0 ? `${plural(refused.length, 'one')} refused: ${refused[0]?.message ?? ''}` : null,
    ].filter((words) => words !== null);
    const words = [`${plural(taken.length, 'conflict')} settled for ${sideName(side)}`, ...left].join('; ');
    onSettled(`${words}. Each can be brought back under Settled.`, [
      ...taken,
      ...closed.map(({ conflictId }) => conflictId),
    ]);
  };
  return (
    <Section
      title={`The same answer for ${plural(count, about, many)}`}
      lead="The other value of each is kept, and can be brought back one by one under Settled."
    >
      {problem && (
        <Banner tone={problem.kind === 'moved' ? 'warning' : 'error'} title={problem.title}>
          {problem.message}
        </Banner>
      )}
      <div className="stack">
        {(['buildium', 'airtable'] as const).map((side) => (
          <Button
            key={side}
            variant="primary"
            busy={busy === side}
            disabledReason={reason ?? (busy !== null && busy !== side ? 'One moment.' : null)}
            onClick={() => void settle(side)}
          >
            Use {sideName(side)}’s value for all {count}
          </Button>
        ))}
        <Button variant="quiet" onClick={onClose}>
          Decide one by one
        </Button>
      </div>
    </Section>
  );
}
