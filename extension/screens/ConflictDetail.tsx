import { useState, type KeyboardEvent } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button, LinkButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Section } from '../components/Section.tsx';
import { useKeys } from '../keys.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useOpenRow } from '../sdk.ts';
import { ago, capital, resourceWords, valueWords } from '../words.ts';
import type { Conflict } from './Conflicts.tsx';
import { RowName } from './RowName.tsx';

export type Side = 'buildium' | 'airtable';

export const sideName = (side: Side): string => (side === 'buildium' ? 'Buildium' : 'Airtable');

export type ConflictDetailProps = {
  backend: Backend;
  conflict: Conflict;
  tableName: string | null;
  now: number;
  onMoved: () => Promise<void>;
  onSettled: (side: Side, words: string) => void;
};

const SIDES: readonly Side[] = ['buildium', 'airtable'];

/** One conflict side by side. The choice names the versions that stand here: if they moved, it is asked anew. */
export function ConflictDetail(props: ConflictDetailProps) {
  const { backend, conflict, tableName, now, onMoved, onSettled } = props;
  const [choice, setChoice] = useState<Side | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [showsAgreed, setShowsAgreed] = useState(false);
  const openRow = useOpenRow();
  const reason = whyNot(backend.session.role, 'operator');
  const { field, resource, entityId, airtableRecordId } = conflict;
  const words = (side: Side): string => valueWords(field.kind, conflict[side]) ?? 'blank';

  const settle = async (): Promise<void> => {
    if (choice === null || isBusy || reason !== null) return;
    setIsBusy(true);
    setProblem(null);
    const answer = await backend.ask('resolveConflict', {
      params: { conflictId: conflict.conflictId },
      body: { side: choice, version: conflict.version },
    });
    setIsBusy(false);
    if (answer.ok) return onSettled(choice, `${field.column} is ${words(choice)}`);
    setProblem(answer.error);
    if (answer.error.kind === 'moved') {
      setChoice(null);
      await onMoved();
    }
  };
  useKeys({
    1: () => setChoice('buildium'),
    2: () => setChoice('airtable'),
    Enter: () => void settle(),
  });

  const kind = capital(resourceWords(resource).one);
  return (
    <Section
      title={`${kind} ${entityId}`}
      aside={
        airtableRecordId !== null &&
        tableName !== null && (
          <Button variant="quiet" icon="open" onClick={() => void openRow(tableName, airtableRecordId)}>
            Open row
          </Button>
        )
      }
      lead={
        <>
          <RowName tableName={tableName} recordId={airtableRecordId} otherwise={kind} /> · found{' '}
          {ago(conflict.openedAt, now)}
        </>
      }
    >
      <p className="why">{conflict.why}</p>
      <div className="versus" role="radiogroup" aria-label={`Which ${field.column} counts?`}>
        {SIDES.map((side, index) => (
          <SideCard
            key={side}
            side={side}
            shortcut={index + 1}
            column={field.column}
            value={valueWords(field.kind, conflict[side])}
            isChosen={choice === side}
            isTabStop={choice === null ? index === 0 : choice === side}
            onChoose={() => setChoice(side)}
          />
        ))}
      </div>
      <p className="agreed">
        {showsAgreed ? (
          <>Last agreed: {valueWords(field.kind, conflict.agreed) ?? 'blank, or never'}</>
        ) : (
          <LinkButton onClick={() => setShowsAgreed(true)}>Show what was last agreed</LinkButton>
        )}
      </p>
      <div className="result" aria-live="polite">
        <span className="muted">Result</span>
        <span className="result-words">
          {choice === null ? 'Choose a side' : `${field.column}: ${words(choice)} on both sides`}
        </span>
      </div>
      {problem && (
        <Banner tone={problem.kind === 'moved' ? 'warning' : 'error'} title={problem.title}>
          {problem.message}
        </Banner>
      )}
      <Button
        variant="primary"
        icon="check"
        busy={isBusy}
        disabledReason={reason ?? (choice === null ? 'Choose a side first.' : null)}
        onClick={() => void settle()}
      >
        {choice === null ? 'Settle' : `Use ${sideName(choice)}’s value`}
      </Button>
    </Section>
  );
}

type SideCardProps = {
  side: Side;
  shortcut: number;
  column: string;
  value: string | null;
  isChosen: boolean;
  isTabStop: boolean;
  onChoose: () => void;
};

function SideCard({ side, shortcut, column, value, isChosen, isTabStop, onChoose }: SideCardProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (!/^Arrow/.test(event.key)) return;
    event.preventDefault();
    const { nextElementSibling, previousElementSibling } = event.currentTarget;
    const other = (nextElementSibling ?? previousElementSibling) as HTMLElement | null;
    other?.focus();
    other?.click();
  };
  return (
    <button
      type="button"
      role="radio"
      aria-checked={isChosen}
      tabIndex={isTabStop ? 0 : -1}
      className="side"
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      <span className="side-name">
        In {sideName(side)} <kbd aria-hidden="true">{shortcut}</kbd>
      </span>
      <span className="muted">{column}</span>
      <span className={value === null ? 'side-value is-blank' : 'side-value'}>{value ?? 'blank'}</span>
      <span className="side-check">{isChosen && <Icon name="check" />}</span>
    </button>
  );
}
