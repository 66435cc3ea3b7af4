import type { RecentEdit } from './editAgain.ts';
import { inLowerCase, type OwnWay } from './ownWay.ts';
import type { Rest } from './rests.ts';
import type { PlannedKind } from '../../shared/planned/kinds.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import type { AnyResource } from '../../shared/resources/define.ts';
import { fromCell, sameValue, type FieldValue } from '../../shared/resources/values.ts';
import { decodeWire } from '../../server/jobs/look.ts';
import type { Base, Table } from '../../server/sandbox/airtable/base.ts';
import { cellJson } from '../../server/sandbox/airtable/cellOutput.ts';
import type { CommittedChange } from '../../server/sandbox/airtable/transaction.ts';
import { AirtableWorld } from '../../server/sandbox/airtable/world.ts';
import { placesIn } from '../../server/sandbox/bothSidesAirtable.ts';
import { buildiumReader } from '../../server/sandbox/bothSidesBuildium.ts';
import { BuildiumWorld } from '../../server/sandbox/buildium/world.ts';
import { BLANKS } from './values.ts';

/** What a person means to book once: one row, or the rows of one group. */
export type Planned = {
  /** Stands in its memo in Buildium, and nowhere else. */
  name: string;
  kind: PlannedKind;
  recordIds: readonly string[];
  /** Totals that a person has confirmed, in cents, the last one last. */
  confirmedCents: number[];
  /** Changed since it was booked, and not pushed since. */
  isChanged?: boolean;
};

export type Side = 'buildium' | 'airtable';

/** Resources that the simulated connections sync: some flow both ways, `owners` one way. */
export const SYNCED = ['properties', 'units', 'owners', 'tenants', 'vendors', 'leases'] as const;

export const CLIENT = { clientId: 'simulated-client', clientSecret: 'simulated-secret' };
export const ACCOUNT_ID = 514_207;
export const WEBHOOK_SECRET = 'simulated-webhook-secret';
export const BUILDIUM_URL = 'https://buildium.simulated';
export const AIRTABLE_URL = 'https://airtable.simulated';
const PROPERTIES = 2;

/** Stands for a cell whose row or column is gone. */
export const REMOVED = Symbol('removed');

/** What a cell or field showed, and who put it there. */
export type Shown = {
  at: number;
  value: FieldValue | typeof REMOVED;
  by: 'person' | 'engine' | 'start';
  /**
   * Not what the engine meant now: a write that took effect long after it was sent, or a value that a full-replace PUT
   * put back with the rest of the record.
   */
  isLate?: boolean;
  /** Written between the engine's GET and its PUT: Buildium has no way to keep it (the one stated exception). */
  inGap?: boolean;
};

/** What a person has decided in a conflict, and when. */
export type Decided = {
  conflictId: string;
  at: number;
  /** `resource id field`. */
  place: string;
  /** Typed there; undefined where a side was chosen. */
  value: FieldValue | undefined;
};

/**
 * One Buildium account and one base, with everything that either ever showed: what the checks at the end of a seed
 * are made against. Nothing here knows what the engine believes.
 */
export type Account = OwnWay & {
  name: string;
  buildium: BuildiumWorld;
  airtable: AirtableWorld;
  base: Base;
  token: string;
  nowMs(): number;
  /** Resources that people use and the connection syncs in this seed. */
  synced: readonly string[];
  /** How far each service's clock is off. */
  skewMs: Record<Side, number>;
  history: Map<string, Shown[]>;
  /** Whose row each row is, as "resource id" by record id: a person may clear its id, and a copy is nobody's. */
  rowOwner: Map<string, string>;
  /** What people mean to book, by the ids of its rows in Planned Transactions. */
  planned: Map<string, Planned>;
  decided: Decided[];
  rests: Rest[];
  /** `resource id` that a person has asked to be taken out, and not been told that it is back. */
  detachAsked: Set<string>;
  /** `resource id field` whose blank a person does not want to pass on. */
  unwantedBlanks: Set<string>;
  /** `resource id` that a person is taking back. */
  attaching: Set<string>;
  /** The newest first. */
  recentEdits: RecentEdit[];
  /** Whether what takes effect now was sent long ago. */
  isLate: boolean;
  /** Rows that a person deleted and may bring back. */
  deletedRows: string[];
  /** When each entity was last read from Buildium, by its path. */
  lastGet: Map<string, number>;
  /** Counts on with every call: the order in which things happened in this account. */
  moment(): number;
};

export function emptyAccount(name: string, clock: () => number, randomSeed: number): Account {
  const nowMs = clock();
  const buildium = new BuildiumWorld({
    ...CLIENT,
    accountId: ACCOUNT_ID,
    seed: { properties: PROPERTIES, seed: 3, transactionsPerLease: 0 },
    nowMs,
    randomSeed,
  });
  buildium.rateLimit.perSecond = 1e6;
  const token = `patSimulated${name}.secret`;
  const airtable = new AirtableWorld({ randomSeed, token });
  Object.assign(airtable.limits.perSecond, { base: 1e6, token: 1e6 });
  const [base] = airtable.bases.values();
  if (!base) throw new Error('The simulated Airtable has no base');
  let moments = 0;
  return {
    ...{ name, buildium, airtable, base, token },
    nowMs: clock,
    synced: SYNCED,
    lowersEmail: false,
    skewMs: { buildium: 0, airtable: 0 },
    history: new Map(),
    rowOwner: new Map(),
    planned: new Map(),
    deletedRows: [],
    decided: [],
    rests: [],
    detachAsked: new Set(),
    attaching: new Set(),
    unwantedBlanks: new Set(),
    recentEdits: [],
    isLate: false,
    lastGet: new Map(),
    moment: () => (moments += 1),
  };
}

export function historyKey(side: Side, resource: string, entityId: string, field: string): string {
  return `${side} ${resource} ${entityId} ${field}`;
}

/** Notes what both sides show now, and from now on every change of it. */
export function watchAccount(account: Account): void {
  for (const name of SYNCED) {
    const resource = resourceNamed(name);
    for (const id of entityIds(account, resource)) noteBuildium(account, resource, id, 'start');
  }
  for (const [name, place] of placesIn(account.base)) {
    const table = account.base.tableById(place.tableId);
    if (!table || !isSynced(name)) continue;
    for (const rowId of table.rows.keys()) {
      adoptRow(account, name, table, rowId);
      noteRow(account, name, table, rowId, 'start');
    }
  }
  account.airtable.subscribe((change) => noteChange(account, change));
}

function isSynced(name: string): boolean {
  return (SYNCED as readonly string[]).includes(name);
}

function noteChange(account: Account, change: CommittedChange): void {
  const by = change.actor.source === 'publicApi' ? 'engine' : 'person';
  for (const [tableId, changes] of change.tables) {
    const name = resourceOfTable(account, tableId);
    const table = account.base.tableById(tableId);
    if (!name || !table) continue;
    for (const rowId of changes.created.keys()) {
      if (by === 'engine') adoptRow(account, name, table, rowId);
      noteRow(account, name, table, rowId, by);
    }
    for (const [rowId, cells] of changes.changed) {
      const isTaken = by === 'engine' && isTakenUp(account, name, table, rowId, [...cells.keys()]);
      if (isTaken) adoptRow(account, name, table, rowId);
      noteRow(account, name, table, rowId, by, isTaken ? undefined : cells);
    }
    for (const rowId of changes.destroyed.keys()) noteRemoved(account, name, rowId);
  }
}

export function resourceOfTable(account: Account, tableId: string): string | null {
  for (const [name, place] of placesIn(account.base))
    if (place.tableId === tableId && isSynced(name)) return name;
  return null;
}

/**
 * Of two rows of an entity one may show an older value: a change of something else does not bring it back. Nor has
 * whoever changes something else typed the blank of a column that was made anew.
 */
function noteRow(
  account: Account,
  name: string,
  table: Table,
  rowId: string,
  by: Shown['by'],
  changed?: ReadonlyMap<string, unknown>,
): void {
  const [, entityId] = account.rowOwner.get(rowId)?.split(' ') ?? [];
  if (entityId === undefined) return;
  const columns = placesIn(account.base).get(name)?.fieldIds;
  const isOneOfTwo = rowsOf(account, name, entityId, table).length > 1;
  for (const [key, value] of shownInRow(account, name, table, rowId)) {
    const isAsBefore = changed !== undefined && !changed.has(columns?.get(key) ?? '');
    if (isOneOfTwo && isAsBefore) continue;
    const field = historyKey('airtable', name, entityId, key);
    const last = account.history.get(field)?.at(-1);
    const isAnew = isAsBefore && (last === undefined || last.value === REMOVED);
    note(account, field, value, isAnew ? 'engine' : by);
  }
}

/** The rows that stand for the entity now. */
export function rowsOf(
  account: Account,
  name: string,
  entityId: string,
  table: Table | null | undefined,
): string[] {
  return [...account.rowOwner].flatMap(([rowId, owner]) =>
    owner === `${name} ${entityId}` && table?.rows.has(rowId) ? [rowId] : [],
  );
}

/** What a row shows, by field key; links left out. */
export function shownInRow(
  account: Account,
  name: string,
  table: Table,
  rowId: string,
): Map<string, FieldValue> {
  const shown = new Map<string, FieldValue>();
  const row = table.rows.get(rowId);
  if (!row) return shown;
  const place = placesIn(account.base).get(name);
  const reader = account.airtable.reader(account.base, account.nowMs());
  for (const field of resourceNamed(name).fields) {
    const column = table.fields.find(({ id }) => id === place?.fieldIds.get(field.key));
    if (!column || field.kind === 'link') continue;
    const value = fromCell(field.kind, cellJson(reader, table, row, column), () => null);
    if (value.ok) shown.set(field.key, value.value);
  }
  return shown;
}

/**
 * A row that the engine makes or writes is its entity's. One that a person made is a copy or nobody's, and stays so
 * when the engine's write elsewhere changes its links.
 */
function adoptRow(account: Account, name: string, table: Table, rowId: string): void {
  const idField = placesIn(account.base).get(name)?.fieldIds.get('buildiumId') ?? '';
  const entityId = table.rows.get(rowId)?.cells.get(idField);
  if (typeof entityId === 'string') account.rowOwner.set(rowId, `${name} ${entityId}`);
}

/** A row whose id somebody has changed stays its entity's, whatever else of it the engine writes meanwhile. */
function isTakenUp(
  account: Account,
  name: string,
  table: Table,
  rowId: string,
  changed: readonly string[],
): boolean {
  const idField = placesIn(account.base).get(name)?.fieldIds.get('buildiumId') ?? '';
  return account.rowOwner.has(rowId)
    ? changed.includes(idField)
    : changed.some((fieldId) => !isLinkField(table, fieldId));
}

function isLinkField(table: Table, fieldId: string): boolean {
  return table.fields.find(({ id }) => id === fieldId)?.type === 'multipleRecordLinks';
}

function noteRemoved(account: Account, name: string, rowId: string): void {
  const [, entityId] = account.rowOwner.get(rowId)?.split(' ') ?? [];
  if (entityId === undefined) return;
  for (const field of resourceNamed(name).fields)
    note(account, historyKey('airtable', name, entityId, field.key), REMOVED, 'person');
}

/** Everything of a table or a field goes with it, by the hand of whoever deleted it. */
export function noteGone(account: Account, name: string, fieldKey: string | null): void {
  for (const key of account.history.keys()) {
    const [side, resource, , field] = key.split(' ');
    if (side !== 'airtable' || resource !== name || (fieldKey !== null && field !== fieldKey)) continue;
    note(account, key, REMOVED, 'person');
  }
}

/** What Buildium shows of an entity now. */
export function noteBuildium(
  account: Account,
  resource: AnyResource,
  entityId: string,
  by: Shown['by'],
  readAt?: number,
): void {
  const wire = buildiumWire(account, resource, entityId);
  const entity = wire ? decodeWire(resource, wire).entity : null;
  for (const field of resource.fields) {
    if (field.kind === 'link' || field.nightly) continue;
    const value = entity === null ? REMOVED : (entity[field.key] ?? null);
    note(account, historyKey('buildium', resource.name, entityId, field.key), value, by, readAt);
  }
}

/** @param readAt the moment of the record that a PUT was made from. */
function note(account: Account, key: string, value: Shown['value'], by: Shown['by'], readAt?: number): void {
  const shown = account.history.get(key) ?? [];
  const last = shown.at(-1);
  if (last && sameShown(last.value, value)) return;
  const before = readAt === undefined ? undefined : shown.findLast(({ at }) => at <= readAt);
  const isLate = by === 'engine' && (account.isLate || (before && sameShown(before.value, value)));
  shown.push({ at: account.moment(), value, by, ...(isLate ? { isLate } : {}) });
  account.history.set(key, shown);
}

/** Whether somebody has settled a conflict there with this very value, or with a blank that Buildium shows its own way. */
export function isTypedDecision({ decided }: Account, wanted: string, shown: Shown['value']): boolean {
  const isSame = (value: FieldValue): boolean =>
    sameShown(value, shown) || (value === null && BLANKS.includes(shown));
  return decided.some(({ place, value }) => place === wanted && value !== undefined && isSame(value));
}

/** An e-mail address is the same in capitals. */
export function sameShown(left: Shown['value'], right: Shown['value']): boolean {
  if (left === REMOVED || right === REMOVED) return left === right;
  return sameValue(inLowerCase(left), inLowerCase(right));
}

export function buildiumWire(
  account: Account,
  resource: AnyResource,
  entityId: string,
): Record<string, unknown> | null {
  const reader = buildiumReader(account.buildium.records, account.nowMs(), {
    timeZone: 'America/New_York',
    nightly: false,
  });
  return reader.one(resource, entityId);
}

export function entityIds(account: Account, resource: AnyResource): string[] {
  const { records } = account.buildium;
  const held = {
    properties: records.properties,
    units: records.units,
    owners: records.owners,
    tenants: records.tenants,
    vendors: records.vendors,
    leases: records.leases,
  }[resource.name];
  return [...(held?.keys() ?? [])].map(String);
}
