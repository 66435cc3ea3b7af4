import { useState, type ReactNode } from 'react';

let fields = 0;

/** React 17 has no useId. */
export function useFieldId(): string {
  const [id] = useState(() => `field-${(fields += 1)}`);
  return id;
}

type Shared = { label: string; hint?: ReactNode; disabledReason?: string | null };

export type TextFieldProps = Shared & {
  value: string;
  onChange: (value: string) => void;
  onEnter?: () => void;
  type?: 'text' | 'url' | 'time' | 'search' | 'date' | 'email';
  placeholder?: string;
  error?: string | null;
  autoFocus?: boolean;
  hideLabel?: boolean;
};

export function TextField(props: TextFieldProps) {
  const { label, value, onChange, onEnter, type = 'text', placeholder, hideLabel = false } = props;
  const { hint, error = null, disabledReason = null, autoFocus = false } = props;
  const id = useFieldId();
  const notes = [error !== null ? `${id}-error` : null, hint || disabledReason ? `${id}-hint` : null];
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        type={type}
        value={value}
        placeholder={placeholder}
        disabled={disabledReason !== null}
        title={disabledReason ?? undefined}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        aria-invalid={error !== null || undefined}
        aria-describedby={notes.filter(Boolean).join(' ') || undefined}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
      />
      {error !== null && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
      {(hint || disabledReason) && <Hint id={`${id}-hint`} hint={hint} disabledReason={disabledReason} />}
    </div>
  );
}

type HintProps = { id: string; hint: ReactNode; disabledReason: string | null; isHidden?: boolean };

/** Where a hint says what the field is for, the reason it is locked is read out and shown on hovering. */
function Hint({ id, hint, disabledReason, isHidden = false }: HintProps) {
  const isReasonAside = Boolean(hint) && disabledReason !== null;
  return (
    <p id={id} className={isHidden ? 'visually-hidden' : 'field-hint'}>
      {hint || disabledReason}
      {isReasonAside && <span className="visually-hidden"> {disabledReason}</span>}
    </p>
  );
}

export type SelectProps = Shared & {
  value: string;
  options: readonly { value: string; label: string; isOff?: boolean }[];
  onChange: (value: string) => void;
  hideLabel?: boolean;
  error?: string | null;
};

export function Select(props: SelectProps) {
  const {
    label,
    value,
    options,
    onChange,
    hint,
    disabledReason = null,
    hideLabel = false,
    error = null,
  } = props;
  const id = useFieldId();
  const notes = [error !== null ? `${id}-error` : null, hint || disabledReason ? `${id}-hint` : null];
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      <select
        id={id}
        className="input select"
        value={value}
        disabled={disabledReason !== null}
        title={disabledReason ?? undefined}
        aria-invalid={error !== null || undefined}
        aria-describedby={notes.filter(Boolean).join(' ') || undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.isOff}>
            {option.label}
          </option>
        ))}
      </select>
      {error !== null && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
      {(hint || disabledReason) && (
        <Hint id={`${id}-hint`} hint={hint} disabledReason={disabledReason} isHidden={hideLabel} />
      )}
    </div>
  );
}

export type SwitchProps = {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  disabledReason?: string | null;
};

export function Switch({ label, hint, isOn, onChange, disabledReason = null }: SwitchProps) {
  const id = useFieldId();
  return (
    <div className="switch-row">
      <div>
        <span id={id} className="switch-label">
          {label}
        </span>
        {hint !== undefined && <p className="field-hint">{hint}</p>}
      </div>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        aria-disabled={disabledReason !== null || undefined}
        title={disabledReason ?? undefined}
        onClick={() => {
          if (disabledReason === null) onChange(!isOn);
        }}
      >
        <span className="switch-knob" />
      </button>
    </div>
  );
}
