import type { AnyResource, Field } from '../../shared/resources/define.ts';
import { isBlank, sameValue, type FieldKind, type FieldValue } from '../../shared/resources/values.ts';
import type { Entity } from './entity.ts';

/** A Buildium entity that has no row yet. */
export type PairingEntity = { entityId: string; entity: Entity };

/** An Airtable row that stands for no entity yet. A linked row that stands for none shows as such in its entity. */
export type PairingRow = { airtableRecordId: string; buildiumId: string | null; entity: Entity };

export type Differences = Readonly<Record<string, { buildium: FieldValue; airtable: FieldValue }>>;

/** A row that may stand for an entity: 0 to 100, and why. */
export type Match = {
  entityId: string;
  airtableRecordId: string;
  score: number;
  by: string;
  differences: Differences;
};

/** A person must have filled this in on purpose: a link, a date or an amount alone names nothing. */
const NAMING_KINDS: readonly FieldKind[] = ['text', 'longText', 'email', 'phone'];

/** Rows with one value in common beyond this say more about the value than about the rows. */
const CANDIDATES_AT_MOST = 20;

/**
 * Rows that may stand for entities, for a person to decide on. By the Buildium ID where a row has one, else by
 * what names the thing to people. Nothing is chosen here: where two rows fit one entity, both are proposed.
 */
export function matchRows(
  resource: AnyResource,
  entities: readonly PairingEntity[],
  rows: readonly PairingRow[],
): Match[] {
  const byId = new Map(entities.map((one) => [one.entityId, one]));
  const byId100 = rows.flatMap((row) => {
    const one = byId.get(row.buildiumId ?? '');
    return one ? [matchOf(resource, one, row, 100, 'same Buildium ID')] : [];
  });
  const taken = new Set(byId100.flatMap((match) => [match.entityId, match.airtableRecordId]));
  // A row that names another entity, even one that we don't know, is not a candidate for this one.
  const openRows = rows.filter((row) => !taken.has(row.airtableRecordId) && isBlank(row.buildiumId));
  const open = entities.filter((one) => !taken.has(one.entityId));
  return [...byId100, ...byNaturalKey(resource, open, openRows)].sort(inOrder);
}

/** Entities and rows that more than one match names: a person must say which is meant. */
export function ambiguousIn(matches: readonly Pick<Match, 'entityId' | 'airtableRecordId'>[]): {
  entityIds: ReadonlySet<string>;
  airtableRecordIds: ReadonlySet<string>;
} {
  return {
    entityIds: repeated(matches.map((match) => match.entityId)),
    airtableRecordIds: repeated(matches.map((match) => match.airtableRecordId)),
  };
}

/** Case, accents, punctuation and spaces are how people differ in writing one name. */
export function normaliseName(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

type Key = { field: Field<Record<string, unknown>>; isNaming: boolean };

function byNaturalKey(
  resource: AnyResource,
  entities: readonly PairingEntity[],
  rows: readonly PairingRow[],
): Match[] {
  const keys = (resource.naturalKey ?? []).flatMap((key): Key[] => {
    const field = resource.fields.find((candidate) => candidate.key === key);
    return field ? [{ field, isNaming: NAMING_KINDS.includes(field.kind) }] : [];
  });
  const candidates = candidatesFor(keys, rows);
  return entities.flatMap((one) =>
    candidates(one.entity).flatMap((row) => {
      const scored = score(resource, keys, one.entity, row.entity);
      return scored ? [matchOf(resource, one, row, scored.score, scored.by)] : [];
    }),
  );
}

/** Finds rows that share a naming value, or the whole key where it holds none, without comparing all with all. */
function candidatesFor(keys: readonly Key[], rows: readonly PairingRow[]): (entity: Entity) => PairingRow[] {
  const index = new Map<string, PairingRow[]>();
  for (const row of rows) {
    for (const entry of entriesOf(keys, row.entity)) {
      const listed = index.get(entry);
      if (listed) listed.push(row);
      else index.set(entry, [row]);
    }
  }
  return (entity) => {
    const found = entriesOf(keys, entity).map((entry) => index.get(entry) ?? []);
    return [...new Set(found.filter((list) => list.length <= CANDIDATES_AT_MOST).flat())];
  };
}

function entriesOf(keys: readonly Key[], entity: Entity): string[] {
  const parts = keys.map(({ field }) => comparable(entity[field.key]));
  const whole = parts.length > 0 && parts.every((part) => part !== null) ? [parts.join('\n')] : [];
  const naming = keys.flatMap(({ field, isNaming }, index) => {
    const part = parts[index];
    return isNaming && part !== null && part !== undefined ? [`${field.key}\n${part}`] : [];
  });
  return [...whole, ...naming];
}

type Scored = { score: number; by: string } | null;

/** All parts of the key equal: 90 and more. A part that is blank or differs leaves a guess for a person, under 80. */
function score(resource: AnyResource, keys: readonly Key[], buildium: Entity, airtable: Entity): Scored {
  const parts = keys.map((key) => ({
    ...key,
    verdict: compare(buildium[key.field.key], airtable[key.field.key]),
  }));
  // Another property's unit 1 is another unit.
  if (parts.some(({ field, verdict }) => field.kind === 'link' && verdict === 'differs')) return null;
  const namesOf = (verdict: Verdict): string =>
    parts.flatMap((part) => (part.verdict === verdict ? [part.field.column] : [])).join(', ');
  const rest = shareOfEqual(resource, new Set(keys.map(({ field }) => field.key)), buildium, airtable);
  if (parts.every(({ verdict }) => verdict === 'equal')) {
    return { score: 90 + Math.round(9 * rest), by: `same ${namesOf('equal')}` };
  }
  if (!parts.some(({ isNaming, verdict }) => isNaming && verdict === 'equal')) return null;
  const weights = { equal: 1, blank: 0.5, differs: 0 } as const;
  const mean = parts.reduce((sum, { verdict }) => sum + weights[verdict], 0) / parts.length;
  const notes = [`same ${namesOf('equal')}`];
  if (namesOf('blank')) notes.push(`${namesOf('blank')} blank`);
  if (namesOf('differs')) notes.push(`different ${namesOf('differs')}`);
  return { score: Math.round(20 + 60 * mean * (0.8 + 0.2 * rest)), by: notes.join('; ') };
}

type Verdict = 'equal' | 'blank' | 'differs';

function compare(buildium: FieldValue | undefined, airtable: FieldValue | undefined): Verdict {
  const [a, b] = [comparable(buildium), comparable(airtable)];
  if (a === null || b === null) return 'blank';
  return a === b ? 'equal' : 'differs';
}

function comparable(value: FieldValue | undefined): string | null {
  if (value === undefined || isBlank(value)) return null;
  if (Array.isArray(value)) return (value as readonly string[]).join(',');
  return typeof value === 'string' ? normaliseName(value) || value : JSON.stringify(value);
}

/** Of the other fields that both sides fill, how many agree; half where there is nothing to compare. */
function shareOfEqual(
  resource: AnyResource,
  without: ReadonlySet<string>,
  buildium: Entity,
  airtable: Entity,
): number {
  const verdicts = resource.fields
    .filter((field) => !without.has(field.key) && field.kind !== 'checkbox')
    .map((field) => compare(buildium[field.key], airtable[field.key]))
    .filter((verdict) => verdict !== 'blank');
  return verdicts.length === 0
    ? 0.5
    : verdicts.filter((verdict) => verdict === 'equal').length / verdicts.length;
}

function matchOf(
  resource: AnyResource,
  { entityId, entity }: PairingEntity,
  row: PairingRow,
  points: number,
  by: string,
): Match {
  const differences: Record<string, { buildium: FieldValue; airtable: FieldValue }> = {};
  for (const { key } of resource.fields) {
    const [buildium, airtable] = [entity[key], row.entity[key]];
    if (buildium === undefined || airtable === undefined || sameValue(buildium, airtable)) continue;
    differences[key] = { buildium, airtable };
  }
  return { entityId, airtableRecordId: row.airtableRecordId, score: points, by, differences };
}

function repeated(ids: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(ids.filter((id) => seen.size === seen.add(id).size));
}

function inOrder(a: Match, b: Match): number {
  if (a.score !== b.score) return b.score - a.score;
  const [left, right] = [`${a.entityId} ${a.airtableRecordId}`, `${b.entityId} ${b.airtableRecordId}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
