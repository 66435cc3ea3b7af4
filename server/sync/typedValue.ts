import type { Field } from '../../shared/resources/define.ts';
import { isPlainDate } from '../../shared/dates.ts';
import { fromWire, type FieldValue } from '../../shared/resources/values.ts';
import { err, ok, unreachable, type Result } from '../../shared/result.ts';
import { refusedBy } from './entity.ts';

/**
 * A value that somebody typed for a field, in canonical form (money in cents), or why it cannot be one: the same rules
 * as for a cell, and Buildium's own that are known here.
 */
export function typedValue(
  field: Field<Record<string, unknown>>,
  typed: unknown,
): Result<FieldValue, string> {
  const value = canonical(field, typed);
  if (!value.ok) return err(`${field.column} ${value.error}.`);
  const refused = refusedBy(field, value.value);
  return refused === null ? value : err(`${refused}.`);
}

function canonical(field: Field<Record<string, unknown>>, typed: unknown): Result<FieldValue, string> {
  if (typed === null) return ok(field.kind === 'checkbox' ? false : null);
  switch (field.kind) {
    case 'money':
      return typeof typed === 'number' && Number.isSafeInteger(typed)
        ? ok(typed)
        : err('must be a whole number of cents');
    case 'date':
      return typeof typed === 'string' && isPlainDate(typed)
        ? ok(typed)
        : err('must be a calendar date from 1900 on, such as 2026-11-30');
    case 'choice':
      return field.choices?.some(({ name }) => name === typed) === true
        ? ok(typed as string)
        : err(`must be one of ${(field.choices ?? []).map(({ name }) => name).join(', ')}`);
    case 'number':
      return typeof typed === 'number' ? fromWire('number', typed) : err('must be a number');
    case 'checkbox':
      return typeof typed === 'boolean' ? ok(typed) : err('must be true or false');
    case 'text':
    case 'longText':
    case 'email':
    case 'phone':
    case 'url':
      return typeof typed === 'string' ? fromWire(field.kind, typed) : err('must be text');
    case 'instant':
    case 'choices':
    case 'link':
    case 'percent':
    case 'attachment':
      return err('comes from Buildium and cannot be typed');
    default:
      return unreachable(field.kind);
  }
}
