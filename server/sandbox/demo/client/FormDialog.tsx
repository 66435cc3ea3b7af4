import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { Offers, Option } from '../page/view.ts';
import type { FormField, FormShape } from './forms.ts';

type Values = Readonly<Record<string, string>>;

/** A small form over the page. Closes when the server has done what it asks for, otherwise says why not. */
export function FormDialog(props: {
  shape: FormShape;
  offers: Offers | null;
  /** Values that are known from where it was opened. */
  given: Values;
  onSubmit(values: Values): Promise<string | null>;
  onClose(): void;
}) {
  const { shape, offers, given, onSubmit, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [values, setValues] = useState(() => initialValues(shape.fields, offers, given));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  const change = (name: string, value: string): void =>
    setValues((before) => ({ ...before, [name]: value, ...followers(shape.fields, offers, name, value) }));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const refused = await onSubmit(values);
    setBusy(false);
    if (refused === null) onClose();
    else setProblem(refused);
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" onCancel={onClose}>
      <form onSubmit={submit}>
        <h2 id="dialog-title">{shape.title}</h2>
        <p className="dialog-hint">{shape.hint}</p>
        {shape.fields.map((field) => (
          <label key={field.name} className="field">
            <span>{field.label}</span>
            <Input field={field} offers={offers} value={values[field.name] ?? ''} onChange={change} />
          </label>
        ))}
        {problem !== null && (
          <p className="dialog-problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={isBusy}>
            {shape.button}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Input(props: {
  field: FormField;
  offers: Offers | null;
  value: string;
  onChange(name: string, value: string): void;
}) {
  const { field, offers, value, onChange } = props;
  const common = { name: field.name, value, required: field.optional !== true };
  if (field.kind === 'choice') {
    const options = optionsOf(field, offers);
    return (
      <select {...common} onChange={(event) => onChange(field.name, event.target.value)}>
        {field.optional && <option value="">None</option>}
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  const inputMode = field.kind === 'money' ? 'decimal' : 'text';
  return (
    <input
      {...common}
      type="text"
      inputMode={inputMode}
      autoComplete="off"
      onChange={(event) => onChange(field.name, event.target.value)}
    />
  );
}

function optionsOf({ offer, options }: FormField, offers: Offers | null): readonly Option[] {
  return options ?? (offer ? (offers?.[offer] ?? []) : []);
}

function initialValues(fields: readonly FormField[], offers: Offers | null, given: Values): Values {
  const values: Record<string, string> = {};
  for (const field of fields) {
    const options = optionsOf(field, offers);
    const first = options[Math.min(field.first ?? 0, Math.max(0, options.length - 1))]?.id ?? '';
    values[field.name] ??= given[field.name] ?? field.value ?? (field.kind === 'choice' ? first : '');
    Object.assign(values, followers(fields, offers, field.name, values[field.name] ?? ''));
  }
  return { ...values, ...given };
}

/** What other fields should say, now that this one has changed. */
function followers(fields: readonly FormField[], offers: Offers | null, name: string, value: string): Values {
  const offer = fields.find((field) => field.name === name)?.offer;
  const chosen = offer ? offers?.[offer].find((option) => option.id === value) : undefined;
  const found: Record<string, string> = {};
  for (const field of fields) {
    const suggested = chosen?.defaults?.[field.name];
    if (field.follows === name && suggested !== undefined) found[field.name] = suggested;
  }
  return found;
}
