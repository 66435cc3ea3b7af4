import type { FieldKind, FieldValue } from '../../shared/resources/values.ts';
import { fromWire, isBlank } from '../../shared/resources/values.ts';
import { misfit, type BaseField, type BaseTable, type WantedColumn, type WantedTable } from './mapping.ts';
import { normaliseName } from './match.ts';
import { nameLikeness } from './nameLikeness.ts';

/** What was read of both sides, for comparison. */
export type Samples = {
  /** Values that Buildium lists, comparable, by resource and column key. */
  buildium: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
  /** Cells of some rows, by table and field id. */
  airtable: ReadonlyMap<string, ReadonlyMap<string, readonly unknown[]>>;
};

/** 0 to 100, and why in a few words. */
export type Guess<Id> = { id: Id; score: number; why: string };

export type Proposal = {
  resource: string;
  table: Guess<string> | null;
  fields: ReadonlyMap<string, Guess<string>>;
};

/** A guess below this would more often be undone than taken. */
const LEAST_TABLE = 45;
const LEAST_FIELD = 50;

/** Fewer values say more about chance than about the field. */
const LEAST_VALUES = 3;

/**
 * A table for each resource and a field for each of its columns, by name, type and content. Every table and every
 * field is proposed once at most; what is decided already is left as it is.
 */
export function proposeMapping(
  wanted: readonly WantedTable[],
  base: readonly BaseTable[],
  decided: ReadonlyMap<string, string>,
  samples: Samples,
): Proposal[] {
  const look = lookInto(samples);
  const chosen = chooseTables(wanted, base, decided, look);
  return wanted.map((one) => {
    const guess = chosen.get(one.resource) ?? null;
    const table = base.find(({ tableId }) => tableId === guess?.id);
    const tableOf = (resource: string): BaseTable | null =>
      base.find(({ tableId }) => tableId === chosen.get(resource)?.id) ?? null;
    const fields = table ? chooseFields(one, table, tableOf, look) : new Map<string, Guess<string>>();
    return { resource: one.resource, table: guess, fields };
  });
}

/** A value in the form in which two sides are compared here; null where there is nothing to compare. */
export function comparableValue(kind: FieldKind, value: FieldValue): string | null {
  if (isBlank(value) || kind === 'checkbox' || kind === 'link') return null;
  if (Array.isArray(value)) return (value as readonly string[]).join(',');
  return typeof value === 'string' ? normaliseName(value) || value : String(value);
}

function chooseTables(
  wanted: readonly WantedTable[],
  base: readonly BaseTable[],
  decided: ReadonlyMap<string, string>,
  look: Look,
): Map<string, Guess<string>> {
  const chosen = new Map<string, Guess<string>>();
  for (const [resource, id] of decided) chosen.set(resource, { id, score: 100, why: 'As it is now' });
  const taken = new Set(decided.values());
  const guesses = wanted
    .filter(({ resource }) => !chosen.has(resource))
    .flatMap((one) =>
      base
        .filter(({ tableId }) => !taken.has(tableId))
        .map((table) => ({ resource: one.resource, ...tableGuess(one, table, look) })),
    )
    .filter(({ score }) => score >= LEAST_TABLE)
    .sort((a, b) => b.score - a.score);
  for (const { resource, ...guess } of guesses) {
    if (chosen.has(resource) || taken.has(guess.id)) continue;
    chosen.set(resource, guess);
    taken.add(guess.id);
  }
  return chosen;
}

/** By its name, by what its rows hold, and by how many columns would find a place in it. */
function tableGuess(wanted: WantedTable, table: BaseTable, look: Look): Guess<string> {
  const fields = [...chooseFields(wanted, table, () => null, look)].map(([, guess]) => guess);
  const places = Math.max(3, Math.min(wanted.columns.length, table.fields.length));
  const coverage = fields.reduce((sum, { score }) => sum + score, 0) / 100 / places;
  const name = nameLikeness(wanted.table, table.name);
  const content = Math.max(
    0,
    ...wanted.columns.flatMap((column) =>
      table.fields.map((field) => contentOf(wanted, table, column, field, look)?.share ?? 0),
    ),
  );
  const score = Math.max(name === 1 ? 0.9 : 0, 0.5 * name + 0.3 * content + 0.2 * Math.min(1, coverage));
  return {
    ...{ id: table.tableId, score: Math.round(100 * score) },
    why:
      name === 1
        ? 'Same name'
        : content >= 0.5
          ? 'Its rows hold what Buildium lists.'
          : 'Similar name and fields',
  };
}

type Candidate = { key: string } & Guess<string>;

function chooseFields(
  wanted: WantedTable,
  table: BaseTable,
  tableOf: (resource: string) => BaseTable | null,
  look: Look,
): Map<string, Guess<string>> {
  const candidates = wanted.columns.flatMap((column): Candidate[] => {
    const target = column.target === undefined ? null : tableOf(column.target);
    const fitting = table.fields.filter(
      (field) =>
        misfit(field, column, target) === null &&
        (column.kind !== 'link' || target !== null) &&
        (column.isOwn !== true || nameLikeness(column.column, field.name) === 1),
    );
    return fitting.map((field) => ({
      key: column.key,
      ...(column.kind === 'link'
        ? linkGuess(column, field, fitting.length, target?.name ?? '')
        : fieldGuess(column, field, contentOf(wanted, table, column, field, look))),
    }));
  });
  const chosen = new Map<string, Guess<string>>();
  const taken = new Set<string>();
  for (const { key, ...guess } of candidates.sort((a, b) => b.score - a.score)) {
    if (guess.score < LEAST_FIELD || chosen.has(key) || taken.has(guess.id)) continue;
    chosen.set(key, guess);
    taken.add(guess.id);
  }
  return chosen;
}

function linkGuess(column: WantedColumn, field: BaseField, links: number, target: string): Guess<string> {
  const name = nameLikeness(column.column, field.name);
  const score = links === 1 ? 0.7 + 0.3 * name : name;
  const why = name === 1 ? 'Same name' : `Links to “${target}”`;
  return { id: field.fieldId, score: Math.round(100 * score), why };
}

function fieldGuess(column: WantedColumn, field: BaseField, content: Content | null): Guess<string> {
  const name = nameLikeness(column.column, field.name);
  const byName = name === 1 ? 0.95 : 0.75 * name;
  // Names alike and not one value alike: rather two things that happen to share a word.
  const mixed =
    content === null ? byName : Math.max(0.3 * name + 0.7 * content.share, name === 1 ? 0.75 : 0.5 * name);
  const score = Math.round(100 * mixed);
  const id = field.fieldId;
  if (name === 1) return { id, score, why: 'Same name' };
  if (content !== null && content.share >= 0.5)
    return { id, score, why: `${content.found} of ${content.filled} values looked at are in Buildium` };
  return { id, score, why: 'Similar name' };
}

type Content = { share: number; found: number; filled: number };

/** How much of what the field holds Buildium lists in this column; null where that tells nothing. */
function contentOf(
  wanted: WantedTable,
  table: BaseTable,
  column: WantedColumn,
  field: BaseField,
  look: Look,
): Content | null {
  const listed = look.listed(wanted.resource, column.key);
  if (!listed || listed.size < LEAST_VALUES || column.kind === 'link') return null;
  if (misfit(field, column, null) !== null) return null;
  const values = look.values(table.tableId, field.fieldId, column.kind);
  if (new Set(values).size < LEAST_VALUES) return null;
  const found = values.filter((value) => listed.has(value)).length;
  return { share: found / values.length, found, filled: values.length };
}

type Look = {
  listed(resource: string, key: string): ReadonlySet<string> | undefined;
  values(tableId: string, fieldId: string, kind: FieldKind): readonly string[];
};

/** Each cell is decoded once a kind, however many columns it is held against. */
function lookInto({ buildium, airtable }: Samples): Look {
  const decoded = new Map<string, readonly string[]>();
  return {
    listed: (resource, key) => buildium.get(resource)?.get(key),
    values: (tableId, fieldId, kind) => {
      const name = `${tableId} ${fieldId} ${kind}`;
      const known = decoded.get(name);
      if (known) return known;
      const values = (airtable.get(tableId)?.get(fieldId) ?? []).flatMap((cell) => {
        const value = fromWire(kind, cell);
        return value.ok ? (comparableValue(kind, value.value) ?? []) : [];
      });
      decoded.set(name, values);
      return values;
    },
  };
}
