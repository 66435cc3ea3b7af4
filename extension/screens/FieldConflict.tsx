import { useState, type KeyboardEvent } from 'react';
import type { Backend } from '../backend.ts';
import { LinkButton } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { chosenValue, hasSides, sideName, type Choice, type Conflict, type Side } from '../conflicts.ts';
import { useRemote, valueOf } from '../remote.ts';
import { canBeTyped, readTyped, typedText } from '../typedValue.ts';
import { ago, valueWords } from '../words.ts';
import { formatCents } from '../../shared/money.ts';

const SIDES: readonly Side[] = ['buildium', 'airtable'];

export type FieldConflictProps = {
  backend: Backend;
  conflict: Conflict;
  choice: Choice | null;
  /** The keys 1 and 2 answer this one. */
  isActive: boolean;
  now: number;
  onChoose: (choice: Choice | null) => void;
};

/** One field: In Buildium, In Airtable, and what both will show. */
export function FieldConflict({ backend, conflict, choice, isActive, now, onChoose }: FieldConflictProps) {
  const { field } = conflict;
  const [showsAgreed, setShowsAgreed] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const chosenSide = choice && 'side' in choice ? choice.side : null;
  const read = typed === null ? null : readTyped(field.kind, typed);
  const type = (text: string): void => {
    setTyped(text);
    const value = readTyped(field.kind, text);
    onChoose(value.ok ? { value: value.value } : null);
  };
  const take = (side: Side): void => {
    setTyped(null);
    onChoose({ side });
  };
  return (
    <div className={isActive ? 'field-conflict is-active' : 'field-conflict'}>
      <h3>{field.column}</h3>
      <p className="why">{conflict.why}</p>
      {hasSides(conflict) && (
        <div className="versus" role="radiogroup" aria-label={`Which ${field.column} counts?`}>
          {SIDES.map((side, index) => (
            <SideCard
              key={side}
              side={side}
              shortcut={index + 1}
              value={valueWords(field.kind, conflict[side])}
              changed={changedWords(conflict, side, now)}
              isChosen={chosenSide === side}
              isTabStop={chosenSide === null ? index === 0 : chosenSide === side}
              onChoose={() => take(side)}
            />
          ))}
        </div>
      )}
      <div className="result" aria-live="polite">
        <span className="muted">Result</span>
        {typed === null ? (
          <span className="result-words">
            {choice === null
              ? hasSides(conflict)
                ? 'Choose a side'
                : 'Type a value'
              : `${field.column}: ${valueWords(field.kind, chosenValue(conflict, choice)) ?? 'blank'} on both sides`}
          </span>
        ) : (
          <TextField
            label={`${field.column} on both sides`}
            hideLabel
            autoFocus
            {...(field.kind === 'date' ? { type: 'date' as const } : {})}
            value={typed}
            error={read && !read.ok ? read.error : null}
            onChange={type}
          />
        )}
        <Consequence backend={backend} conflict={conflict} side={chosenSide} />
      </div>
      <p className="agreed">
        {canBeTyped(field.kind) && typed === null && (
          <LinkButton onClick={() => type(typedText(field.kind, conflict.airtable))}>Type a value</LinkButton>
        )}
        {hasSides(conflict) &&
          (showsAgreed ? (
            <span>Last agreed: {valueWords(field.kind, conflict.agreed) ?? 'blank, or never'}</span>
          ) : (
            <LinkButton onClick={() => setShowsAgreed(true)}>Show what was last agreed</LinkButton>
          ))}
      </p>
    </div>
  );
}

type ConsequenceProps = { backend: Backend; conflict: Conflict; side: Side | null };

/** What the choice would do, in the server's words; its line is kept free until there is a choice. */
function Consequence({ backend, conflict, side }: ConsequenceProps) {
  const { conflictId, version } = conflict;
  // What it does to the month is worked out for a single conflict, and not for a list.
  const detail = useRemote(
    () => backend.ask('readConflict', { params: { conflictId } }),
    `${conflictId} ${version.buildium} ${version.airtable}`,
  );
  const { choices } = valueOf(detail.remote) ?? conflict;
  const found = choices.find((one) => one.side === side);
  return (
    <span className="consequence muted">
      {found?.words}
      {found?.noiEffectCents != null && found.noiEffectCents !== 0 && (
        <> The month’s NOI moves by {formatCents(found.noiEffectCents)}.</>
      )}
    </span>
  );
}

function changedWords({ changed }: Conflict, side: Side, now: number): string {
  const { at, by } = changed[side];
  const when = at === null ? null : ago(at, now);
  if (by === null) return when === null ? 'not known when or by whom' : `changed ${when}`;
  return when === null ? `by ${by}` : `by ${by}, ${when}`;
}

type SideCardProps = {
  side: Side;
  shortcut: number;
  value: string | null;
  changed: string;
  isChosen: boolean;
  isTabStop: boolean;
  onChoose: () => void;
};

function SideCard({ side, shortcut, value, changed, isChosen, isTabStop, onChoose }: SideCardProps) {
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
      <span className={value === null ? 'side-value is-blank' : 'side-value'}>{value ?? 'blank'}</span>
      <span className="muted side-changed">{changed}</span>
      <span className="side-check">{isChosen && <Icon name="check" />}</span>
    </button>
  );
}
