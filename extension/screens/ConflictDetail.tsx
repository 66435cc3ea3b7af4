import { useEffect, useRef, useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Section } from '../components/Section.tsx';
import {
  chosenValue,
  hasSides,
  settleWords,
  sideName,
  type Choice,
  type Conflict,
  type ConflictGroup,
} from '../conflicts.ts';
import { useKeys } from '../keys.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useOpenRow } from '../sdk.ts';
import { ago, entityWords, plural, valueWords } from '../words.ts';
import { FieldConflict } from './FieldConflict.tsx';
import { RowName } from './RowName.tsx';

export type ConflictDetailProps = {
  backend: Backend;
  group: ConflictGroup;
  /** It is not in the list any more: what stands here is how it was. */
  isGone: boolean;
  tableName: string | null;
  now: number;
  onMoved: () => Promise<void>;
  onSettled: (conflictIds: readonly string[], words: string) => void;
  /** The choice was refused when another one was open already. */
  onRefusedUnseen: (words: string) => void;
};

/** What is chosen holds for the versions that were in sight: another version is asked about anew. */
type Chosen = Readonly<Record<string, { version: string; choice: Choice }>>;

const versionOf = ({ version }: Conflict): string => `${version.buildium} ${version.airtable}`;

/** All that is open about one entity, field by field and side by side. */
export function ConflictDetail(props: ConflictDetailProps) {
  const { backend, group, isGone, tableName, now, onMoved, onSettled, onRefusedUnseen } = props;
  const [chosen, setChosen] = useState<Chosen>({});
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);
  const openRow = useOpenRow();
  const reason = whyNot(backend.session.role, 'operator');
  const { conflicts, airtableRecordId, resource } = group;
  const name = entityWords(resource, group.entityId);
  const choiceOf = (conflict: Conflict): Choice | null => {
    const found = chosen[conflict.conflictId];
    return found?.version === versionOf(conflict) ? found.choice : null;
  };
  const choose = (conflict: Conflict, choice: Choice | null): void => {
    setProblem(null);
    setChosen(({ [conflict.conflictId]: _before, ...others }) =>
      choice === null
        ? others
        : { ...others, [conflict.conflictId]: { version: versionOf(conflict), choice } },
    );
  };
  const decided = conflicts.flatMap((conflict) => {
    const choice = choiceOf(conflict);
    return choice === null ? [] : [{ conflict, choice }];
  });
  // The keys answer the first field that has no answer yet, or the last one anew.
  const active = conflicts.find((conflict) => choiceOf(conflict) === null) ?? conflicts.at(-1);

  const settle = async (): Promise<void> => {
    if (decided.length === 0 || isBusy || reason !== null) return;
    setIsBusy(true);
    setProblem(null);
    const { problem: refused, ended } = await send(backend, decided);
    if (isOpen.current) setIsBusy(false);
    if (refused === null) {
      const isOver = ({ conflict }: Decided): boolean =>
        ended.some(({ conflictId }) => conflictId === conflict.conflictId);
      const taken = decided.filter((one) => !isOver(one));
      const ids = taken.map(({ conflict }) => conflict.conflictId);
      const words = [...(taken.length > 0 ? [settledWords(taken)] : []), ...ended.map(endedWords)];
      return onSettled(ids, words.join('. '));
    }
    if (isOpen.current) setProblem(refused);
    else onRefusedUnseen(`${name}: ${refused.message}`);
    if (refused.kind === 'moved') await onMoved();
  };
  useKeys({
    1: () => active && hasSides(active) && choose(active, { side: 'buildium' }),
    2: () => active && hasSides(active) && choose(active, { side: 'airtable' }),
    Enter: () => void settle(),
  });
  const left = conflicts.length - decided.length;
  return (
    <Section
      title={<RowName tableName={tableName} recordId={airtableRecordId} otherwise={name} />}
      aside={
        airtableRecordId !== null &&
        tableName !== null && (
          <Button variant="quiet" icon="open" onClick={() => void openRow(tableName, airtableRecordId)}>
            Open row
          </Button>
        )
      }
      lead={`${name} · found ${ago(group.openedAt, now)}`}
    >
      {isGone && !isBusy && (
        <Banner tone="info" title="Not in the list any more">
          It was settled or has ended meanwhile, or others have pushed it further down. A choice counts only
          where it is still open.
        </Banner>
      )}
      {conflicts.map((conflict) => (
        <FieldConflict
          key={conflict.conflictId}
          backend={backend}
          conflict={conflict}
          choice={choiceOf(conflict)}
          isActive={conflict === active}
          now={now}
          onChoose={(choice) => choose(conflict, choice)}
        />
      ))}
      {problem && (
        <Banner tone={problem.kind === 'moved' ? 'warning' : 'error'} title={problem.title}>
          {problem.message}
        </Banner>
      )}
      <div className="settle">
        <Button
          variant="primary"
          icon="check"
          busy={isBusy}
          disabledReason={reason ?? (decided.length === 0 ? 'Choose a side first.' : null)}
          onClick={() => void settle()}
        >
          {decided.length === 0 ? 'Settle' : settleWords(decided.map(({ choice }) => choice))}
        </Button>
        {decided.length > 0 && left > 0 && (
          <span className="muted">{plural(left, 'other field')} stay open</span>
        )}
      </div>
    </Section>
  );
}

type Decided = { conflict: Conflict; choice: Choice };

/** Why not all of it was taken, null when it was; and what had ended by itself before anybody could settle it. */
type Sent = { problem: Problem | null; ended: readonly { conflictId: string; message: string }[] };

async function send(backend: Backend, decided: readonly Decided[]): Promise<Sent> {
  const [first, ...others] = decided;
  if (first && others.length === 0) {
    const { conflictId, version } = first.conflict;
    const body = { ...first.choice, version };
    const answer = await backend.ask('resolveConflict', { params: { conflictId }, body });
    if (!answer.ok) return { problem: answer.error, ended: [] };
    const { state, endedWhy } = answer.value;
    return { problem: null, ended: state === 'closed' ? [{ conflictId, message: endedWhy ?? '' }] : [] };
  }
  const choices = decided.map(({ conflict: { conflictId, version }, choice }) => ({
    conflictId,
    version,
    ...choice,
  }));
  const answer = await backend.ask('resolveConflicts', { body: { choices } });
  if (!answer.ok) return { problem: answer.error, ended: [] };
  const { closed, moved, refused } = answer.value;
  const [one] = refused;
  if (one)
    return {
      problem: { kind: 'refused', title: 'Not all of it was taken', message: one.message },
      ended: closed,
    };
  if (moved.length === 0) return { problem: null, ended: closed };
  const message = `${plural(moved.length, 'field')} changed since you looked; the others are settled.`;
  return { problem: { kind: 'moved', title: 'Look again', message }, ended: closed };
}

function endedWords({ message }: Sent['ended'][number]): string {
  return `It had ended before your choice, and nothing was written: ${message}`;
}

function settledWords(decided: readonly Decided[]): string {
  const [first] = decided;
  if (!first || decided.length > 1) return `${plural(decided.length, 'field')} settled`;
  const { conflict, choice } = first;
  const words = valueWords(conflict.field.kind, chosenValue(conflict, choice)) ?? 'blank';
  const whose = 'side' in choice ? `${sideName(choice.side)}’s value it is` : 'Your value it is';
  return `${whose}: ${conflict.field.column} is ${words}`;
}
