import { choicesNamed } from './columns.ts';
import type { Field, PutBody } from './define.ts';

/** What a lens is built from; the kind comes from the builder's name. */
type Lens<Wire> = Omit<Field<Wire>, 'kind' | 'put'> & {
  /** The PUT body's property, or a fold of its own. Absent: the field flows to Airtable only. */
  put?: string | ((body: PutBody, value: unknown) => PutBody);
};

const lens =
  (kind: Field<never>['kind']) =>
  <Wire>(input: Lens<Wire>): Field<Wire> => {
    const { put, ...rest } = input;
    if (put === undefined) return { ...rest, kind };
    return {
      ...rest,
      kind,
      put: typeof put === 'string' ? (body, value) => ({ ...body, [put]: value }) : put,
    };
  };

export const text = lens('text');
export const longText = lens('longText');
export const email = lens('email');
export const phone = lens('phone');
export const url = lens('url');
export const money = lens('money');
export const number = lens('number');
export const date = lens('date');
export const instant = lens('instant');
export const checkbox = lens('checkbox');
export const link = lens('link');
export const choices = lens('choices');

type ChoiceLens<Wire> = Omit<Lens<Wire>, 'choices' | 'get'> & {
  /** Buildium's enum values that we know; one that we don't passes through under its own name. */
  values: readonly string[];
  /** Names keep the capitals of all their words: "United States". */
  areNames?: boolean;
  get(wire: Wire): string | null | undefined;
};

/** An enum of Buildium shown in words: `FixedWithRollover` becomes "Fixed with rollover". */
export function choice<Wire>(input: ChoiceLens<Wire>): Field<Wire> {
  const { values, areNames = false, get, put, ...rest } = input;
  const worded = areNames ? spaced : inWords;
  const names = new Map(values.map((value) => [value, worded(value)]));
  const nameOf = (value: string): string => names.get(value) ?? worded(value);
  const valueOf = new Map(values.map((value) => [nameOf(value), value]));
  const field: Lens<Wire> = {
    ...rest,
    choices: choicesNamed(values.map(nameOf)),
    get: (wire) => {
      const value = get(wire);
      return typeof value === 'string' && value !== '' ? nameOf(value) : value;
    },
  };
  if (put !== undefined) {
    field.put = (body, value) => {
      const raw = typeof value === 'string' ? (valueOf.get(value) ?? value) : value;
      return typeof put === 'string' ? { ...body, [put]: raw } : put(body, raw);
    };
  }
  return lens('choice')(field);
}

/** `OnePointFiveBath` → "One point five bath"; texts that already hold a space stay as they are. */
export function inWords(value: string): string {
  if (value.includes(' ')) return value;
  const words = spaced(value);
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

function spaced(value: string): string {
  return value.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
}
