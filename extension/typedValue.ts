import { isPlainDate } from '../shared/dates.ts';
import { centsFromDollars } from '../shared/money.ts';
import { err, ok, type Result } from '../shared/result.ts';

/** Kinds whose value a person can type as text; a link or a choice is taken from one of the sides. */
const TYPED = ['text', 'longText', 'money', 'date', 'number', 'email', 'phone', 'url'];

export function canBeTyped(kind: string): boolean {
  return TYPED.includes(kind);
}

/** What a person typed, in canonical form; an empty text is a blank. */
export function readTyped(kind: string, typed: string): Result<unknown, string> {
  const text = typed.trim();
  if (text === '') return ok(null);
  switch (kind) {
    case 'money': {
      const plain = text.replace(/[$,\s]/g, '');
      if (!/^-?\d+(\.\d*)?$/.test(plain)) return err('Enter an amount such as 1,450.00.');
      const cents = centsFromDollars(Number(plain));
      return cents.ok ? cents : err(`The amount ${cents.error}.`);
    }
    case 'number': {
      const number = Number(text.replace(/,/g, ''));
      return Number.isFinite(number) ? ok(number) : err('Enter a number.');
    }
    case 'date':
      return isPlainDate(text) ? ok(text) : err('Enter a day such as 2026-11-30.');
    default:
      return ok(text);
  }
}

/** What stands in the field when somebody begins to type. */
export function typedText(kind: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (kind === 'money' && typeof value === 'number') return (value / 100).toFixed(2);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
