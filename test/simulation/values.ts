import type { Random } from '../../server/sandbox/random.ts';
import type { AnyResource, Field } from '../../shared/resources/define.ts';
import type { FieldValue } from '../../shared/resources/values.ts';

/** Few values come again and again, so that a value may return to what it was; most are new. */
const RETURNING = 0.25;

export type WritableField = AnyResource['fields'][number];

/** The admins of these connections have confirmed nothing: what a save would blank keeps its resource one-way. */
function isWritable(resource: AnyResource, field: WritableField): boolean {
  return field.put !== undefined && resource.update !== undefined && resource.update.blanks === undefined;
}

export function writableFields(resource: AnyResource): WritableField[] {
  return resource.fields.filter(
    (field) =>
      isWritable(resource, field) && !['link', 'phone'].includes(field.kind) && !isPartOfAddress(field),
  );
}

/** An address is written as a whole and has rules of its own: one of its parts is enough here. */
function isPartOfAddress({ key }: WritableField): boolean {
  return ['street', 'state', 'postalCode', 'country'].includes(key);
}

export function oneWayFields(resource: AnyResource): WritableField[] {
  return resource.fields.filter(
    (field) =>
      !isWritable(resource, field) && field.nightly !== true && ['text', 'money'].includes(field.kind),
  );
}

/** A value that a person may type into the field. */
export function valueFor(
  random: Random,
  field: Field<Record<string, unknown>>,
  fresh: () => number,
): FieldValue {
  const number = random.next() < RETURNING ? random.integer(1, 3) : fresh();
  const isBlank = random.next() < 0.07 && field.required !== true;
  if (isBlank && field.kind !== 'checkbox') return null;
  switch (field.kind) {
    case 'money':
      return 100_000 + number * 100;
    case 'number':
      return field.key === 'yearBuilt' ? 1900 + (number % 120) : 400 + number;
    case 'checkbox':
      return random.next() < 0.5;
    case 'date':
      return new Date(Date.UTC(2026, 0, 1 + (number % 700))).toISOString().slice(0, 10);
    case 'email':
      return `Person${number}@example.com`;
    case 'url':
      return `https://site${number}.example`;
    case 'choice':
      return random.pick(field.choices ?? []).name;
    default:
      return `${field.column} ${number}`;
  }
}

/** What Buildium makes of a blank: nobody's value. */
export const BLANKS: readonly unknown[] = [0, 'Not set', 'None'];
