import { isPlainDate, parseInstant } from '../dates.ts';
import { centsFromDollars, dollarsFromCents } from '../money.ts';
import { err, ok, type Result } from '../result.ts';

/**
 * The canonical form in which both sides are compared: text is trimmed and NFC, money is cents,
 * a date is `YYYY-MM-DD`, a choice is its name, a link is the sorted ids of the linked entities.
 * `null` is blank; a value that nobody looked at is absent from its entity instead.
 */
export type FieldValue = string | number | boolean | readonly string[] | null;

export type FieldKind =
  | 'text'
  | 'longText'
  | 'email'
  | 'phone'
  | 'url'
  | 'money'
  | 'number'
  | 'date'
  | 'instant'
  | 'choice'
  | 'choices'
  | 'checkbox'
  | 'link'
  /** In millionths of the whole: 1% is 10,000. */
  | 'percent'
  /** The ids of the files in the cell. */
  | 'attachment';

const MILLION = 1_000_000;

/** Airtable keeps at most this many characters in a cell. */
const LONGEST_TEXT = 100_000;

/** A value as Buildium's JSON holds it (a link already as its id or ids) to canonical form. */
export function fromWire(kind: FieldKind, raw: unknown): Result<FieldValue, string> {
  if (raw === null || raw === undefined) return ok(blankOf(kind));
  switch (kind) {
    case 'checkbox':
      return typeof raw === 'boolean' ? ok(raw) : err(`is not true or false (${show(raw)})`);
    case 'money':
      return typeof raw === 'number' ? centsFromDollars(raw) : err(`is not an amount (${show(raw)})`);
    case 'link':
    case 'choices':
      return ok(Array.isArray(raw) ? sortedTexts(raw) : oneText(raw));
    case 'text':
    case 'longText':
    case 'email':
    case 'phone':
    case 'url':
    case 'choice':
      return typeof raw === 'string' || typeof raw === 'number' ? text(String(raw)) : err('is not text');
    case 'number':
      return number(raw);
    case 'percent':
      return percent(raw);
    case 'attachment':
      return attachments(raw);
    case 'date':
      return typeof raw === 'string' ? date(raw.slice(0, 10)) : err(`is not a date (${show(raw)})`);
    case 'instant':
      return instant(raw);
  }
}

/** Canonical form to what Buildium's JSON takes. */
export function toWire(kind: FieldKind, value: FieldValue): unknown {
  if (value === null) return null;
  return kind === 'money' ? dollarsFromCents(value as number) : value;
}

/**
 * An Airtable cell (REST form) to canonical form. Airtable leaves blank cells out, so `undefined` is blank.
 * @param entityIdOf the entity a row stands for; null when the row isn't linked to one.
 */
export function fromCell(
  kind: FieldKind,
  cell: unknown,
  entityIdOf: (airtableRecordId: string) => string | null,
): Result<FieldValue, string> {
  if (kind !== 'link') return fromWire(kind, cell);
  if (cell === undefined || cell === null) return ok([]);
  if (!Array.isArray(cell)) return err(`is not a list of links (${show(cell)})`);
  return ok(inOrder(cell.map((id) => entityIdOf(String(id)) ?? unlinked(String(id)))));
}

/** Canonical form to an Airtable cell; `null` clears it. */
export function toCell(
  kind: FieldKind,
  value: FieldValue,
  recordIdOf: (entityId: string) => string | null,
): unknown {
  switch (kind) {
    case 'money':
      return value === null ? null : dollarsFromCents(value as number);
    case 'checkbox':
      return value === true;
    case 'link':
      return ((value ?? []) as readonly string[]).map(recordIdOf).filter((id) => id !== null);
    case 'percent':
      return value === null ? null : (value as number) / MILLION;
    case 'attachment':
      return ((value ?? []) as readonly string[]).map((id) => ({ id }));
    default:
      return value;
  }
}

/** Two canonical values of one field are the same thing. */
export function sameValue(a: FieldValue, b: FieldValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && sameItems(a, b);
  }
  return isBlank(a) && isBlank(b);
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

export function isBlank(value: FieldValue | undefined): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** A link to a row that stands for no entity; it equals nothing that Buildium can show. */
export function unlinked(airtableRecordId: string): string {
  return `row:${airtableRecordId}`;
}

function blankOf(kind: FieldKind): FieldValue {
  if (kind === 'checkbox') return false;
  return kind === 'link' || kind === 'attachment' ? [] : null;
}

/** Airtable holds a fraction of one; four decimals of a percent are exact, and more is refused rather than rounded. */
function percent(raw: unknown): Result<FieldValue, string> {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return err(`is not a percent (${show(raw)})`);
  const millionths = Math.round(raw * MILLION);
  if (Math.abs(raw * MILLION - millionths) > 1e-6)
    return err(`has more than four decimals (${Number((raw * 100).toPrecision(12))}%)`);
  return ok(millionths === 0 ? 0 : millionths);
}

function attachments(raw: unknown): Result<FieldValue, string> {
  if (!Array.isArray(raw)) return err(`is not a list of files (${show(raw)})`);
  return ok(sortedTexts(raw.map((file) => (file as { id?: unknown } | null)?.id)));
}

function text(raw: string): Result<FieldValue, string> {
  if (raw.length < LONGEST_TEXT && isPlainLine(raw)) return ok(raw);
  const trimmed = raw.replaceAll('\r\n', '\n').trim().normalize('NFC');
  if (trimmed.length > LONGEST_TEXT) return err(`is longer than ${LONGEST_TEXT} characters`);
  return ok(trimmed === '' ? null : trimmed);
}

const BLANK = 0x20;
const LAST_OF_ASCII = 0x7e;

/** One line of ASCII without blanks around it is canonical as it is, and nearly every text is one. */
function isPlainLine(raw: string): boolean {
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    if (code < BLANK || code > LAST_OF_ASCII) return false;
  }
  return raw !== '' && raw.charCodeAt(0) !== BLANK && raw.charCodeAt(raw.length - 1) !== BLANK;
}

function number(raw: unknown): Result<FieldValue, string> {
  return typeof raw === 'number' && Number.isFinite(raw) ? ok(raw) : err(`is not a number (${show(raw)})`);
}

function date(raw: string): Result<FieldValue, string> {
  return isPlainDate(raw) ? ok(raw) : err(`is not a calendar date from 1900 on (${show(raw)})`);
}

function instant(raw: unknown): Result<FieldValue, string> {
  const parsed = typeof raw === 'string' ? parseInstant(raw) : null;
  return parsed ? ok(parsed) : err(`is not a date and time (${show(raw)})`);
}

function sortedTexts(items: readonly unknown[]): readonly string[] {
  return inOrder(items.filter((item) => item !== null && item !== undefined && item !== '').map(String));
}

function oneText(item: unknown): readonly string[] {
  return item === '' ? [] : [String(item)];
}

/** Nearly every list is in order already. */
function inOrder(texts: string[]): readonly string[] {
  return isSorted(texts) ? texts : texts.sort();
}

function isSorted(texts: readonly string[]): boolean {
  for (let at = 1; at < texts.length; at += 1) if ((texts[at - 1] ?? '') > (texts[at] ?? '')) return false;
  return true;
}

function show(raw: unknown): string {
  const shown = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? typeof raw);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
