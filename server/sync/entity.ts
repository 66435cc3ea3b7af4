import type { AnyResource, Field, PutBody } from '../../shared/resources/define.ts';
import {
  fromCell,
  fromWire,
  isBlank,
  toCell,
  toWire,
  type FieldValue,
} from '../../shared/resources/values.ts';
import { err, ok, type Result } from '../../shared/result.ts';

/** One thing in canonical form, by field key. A field that this look did not see is absent. */
export type Entity = Readonly<Record<string, FieldValue>>;

/** A value that has no canonical form: the field is held with this reason and the others go on. */
export type FieldProblem = { field: string; message: string };

export type Decoded = { entity: Entity; problems: readonly FieldProblem[] };

/** The Airtable field id of every field that the sync may use, by field key. */
export type FieldIds = Readonly<Record<string, string>>;

/** Buildium's JSON to an entity. */
export function entityFromWire(resource: AnyResource, wire: Record<string, unknown>): Decoded {
  const decoded = { entity: {}, problems: [] };
  for (const field of resource.fields) {
    const raw = field.get(wire);
    if (raw !== undefined) take(decoded, field, fromWire(field.kind, raw));
  }
  return decoded;
}

/** An Airtable row's cells (by field id) to an entity. Fields without an id are not looked at. */
export function entityFromRecord(
  resource: AnyResource,
  cells: Readonly<Record<string, unknown>>,
  fieldIds: FieldIds,
  entityIdOf: (target: string, airtableRecordId: string) => string | null,
): Decoded {
  const decoded = { entity: {}, problems: [] };
  for (const field of resource.fields) {
    const fieldId = fieldIds[field.key];
    if (fieldId === undefined) continue;
    const cell = cells[fieldId];
    const value =
      field.kind === 'link' ? linksIn(cell, field.target ?? '', entityIdOf) : fromWire(field.kind, cell);
    take(decoded, field, value);
  }
  return decoded;
}

/** Apart from the loop, which would make room for what the closure holds at every field. */
function linksIn(
  cell: unknown,
  target: string,
  entityIdOf: (target: string, airtableRecordId: string) => string | null,
): Result<FieldValue, string> {
  return fromCell('link', cell, (id) => entityIdOf(target, id));
}

function take(
  { entity, problems }: { entity: Record<string, FieldValue>; problems: FieldProblem[] },
  { key, column }: Field<Record<string, unknown>>,
  value: Result<FieldValue, string>,
): void {
  if (value.ok) entity[key] = value.value;
  else problems.push({ field: key, message: `${column} ${value.error}` });
}

/** Values to Airtable cells by field id; a value whose field has no id is left out. */
export function cellsFromEntity(
  resource: AnyResource,
  values: Entity,
  fieldIds: FieldIds,
  recordIdOf: (target: string, entityId: string) => string | null,
): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  for (const field of resource.fields) {
    const value = values[field.key];
    const fieldId = fieldIds[field.key];
    if (value === undefined || fieldId === undefined) continue;
    cells[fieldId] = toCell(field.kind, value, (entityId) => recordIdOf(field.target ?? '', entityId));
  }
  return cells;
}

/**
 * The body of the PUT that changes these fields and leaves the rest as the wire shows it.
 * @returns the problems that Buildium would answer with 422, found before the request.
 */
export function putBodyWith(
  resource: AnyResource,
  wire: Record<string, unknown>,
  changes: Entity,
): Result<PutBody, FieldProblem[]> {
  if (!resource.update)
    return err([{ field: '', message: `${resource.label.many} cannot be changed from Airtable` }]);
  const problems: FieldProblem[] = [];
  let body = resource.update.bodyOf(wire);
  for (const field of resource.fields) {
    const value = changes[field.key];
    if (value === undefined) continue;
    const problem = refusedBy(field, value);
    if (problem) problems.push({ field: field.key, message: problem });
    else if (field.put) body = field.put(body, toWire(field.kind, value));
  }
  return problems.length > 0 ? err(problems) : ok(body);
}

/** Why Buildium would refuse the value, as far as is known here; null when nothing is. */
export function refusedBy(field: Field<Record<string, unknown>>, value: FieldValue): string | null {
  if (!field.put) return `${field.column} comes from Buildium and cannot be changed here`;
  if (field.required && isBlank(value)) return `${field.column} must not be blank: Buildium requires it`;
  if (field.maxLength !== undefined && typeof value === 'string' && value.length > field.maxLength) {
    return `${field.column} has ${value.length} characters, Buildium takes ${field.maxLength}`;
  }
  if (field.kind === 'number' && !field.precision && typeof value === 'number' && !Number.isInteger(value))
    return `${field.column} must be a whole number in Buildium (${value})`;
  return field.kind === 'choice' ? unknownChoice(field, value) : null;
}

/** A choice that somebody renamed or added in Airtable, or typed into a text column: Buildium names its own in other words. */
function unknownChoice(
  { column, choices = [] }: Field<Record<string, unknown>>,
  value: FieldValue,
): string | null {
  const names = choices.map(({ name }) => name);
  if (isBlank(value) || names.includes(String(value))) return null;
  return `${column} has no choice "${String(value)}" in Buildium; it takes ${names.join(', ')}`;
}
