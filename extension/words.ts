import { formatCents } from '../shared/money.ts';
import { INTENT_KINDS } from '../shared/planned/kinds.ts';
import { capital } from '../shared/sentence.ts';
import { VOCABULARY } from './vocabulary.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `4 s`, `12 min`, `3 h`, `2 days`: as short as a table needs. */
export function duration(ms: number): string {
  if (ms < 950) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

export function ago(instant: string, nowMs: number): string {
  const ms = nowMs - Date.parse(instant);
  if (ms < 5 * SECOND) return 'just now';
  return `${duration(ms)} ago`;
}

export function until(instant: string, nowMs: number): string {
  const ms = Date.parse(instant) - nowMs;
  return ms < SECOND ? 'now' : `in ${duration(ms)}`;
}

export function moment(instant: string): string {
  return new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function dayOf(instant: string): string {
  const wanted: Intl.DateTimeFormatOptions = { weekday: 'long', month: 'long', day: 'numeric' };
  return new Date(instant).toLocaleDateString(undefined, wanted);
}

export function timeOf(instant: string): string {
  return new Date(instant).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
}

/** A calendar day such as `2026-12-03`, without shifting it by a time zone. */
export function calendarDay(day: string): string {
  const wanted: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', timeZone: 'UTC' };
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, wanted);
}

/** `99.98%`: never rounded up, since all of it is a promise. */
export function share(fraction: number | null): string {
  if (fraction === null) return '–';
  const hundredths = Math.floor(fraction * 10_000 + 1e-9);
  return `${hundredths % 100 === 0 ? hundredths / 100 : (hundredths / 100).toFixed(2)}%`;
}

export function whole(count: number): string {
  return count.toLocaleString();
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

function resourceOf(name: string | null): (typeof VOCABULARY)[number] | undefined {
  return VOCABULARY.find((resource) => resource.name === name);
}

export function resourceWords(name: string): { one: string; many: string; table: string } {
  return resourceOf(name) ?? { one: name, many: name, table: name };
}

/** `Lease 1042`. */
export function entityWords(resource: string | null, entityId: string | null): string {
  if (resource === null) return 'The connection';
  const { one, many } = resourceWords(resource);
  return entityId === null ? capital(many) : `${capital(one)} ${entityId}`;
}

/** Changes in the order of the table's columns, as people know it. */
export function inColumnOrder<T>(
  resource: string | null,
  changes: Readonly<Record<string, T>>,
): [string, T][] {
  const keys = resourceOf(resource)?.fields.map(([key]) => key) ?? [];
  const place = (key: string): number => (keys.includes(key) ? keys.indexOf(key) : keys.length);
  return Object.entries(changes).sort(([a], [b]) => place(a) - place(b));
}

/** The column that people know, and how its values read. */
export function columnOf(resource: string | null, key: string): { name: string; kind: string } {
  const field = resourceOf(resource)?.fields.find(([candidate]) => candidate === key);
  if (field) return { name: field[1], kind: field[2] };
  if (key === 'kind') return { name: 'Kind', kind: 'pushKind' };
  return { name: SETTING_WORDS[key] ?? key, kind: 'text' };
}

const SETTING_WORDS: Readonly<Record<string, string>> = {
  state: 'State',
  name: 'Name',
  timeZone: 'Time zone',
  nightlyAt: 'Nightly read',
  airtablePlan: 'Airtable plan',
  historyMonths: 'Months of history',
  keepMonthsInAirtable: 'Months kept in Airtable',
  resources: 'What is synced',
  twoWay: 'Edits flow back',
};

/** Why something happened, without what only a program would look up; the whole text stays at hand. */
export function reasonWords(reason: string): string {
  return reason
    .replace(/^\d{3} on [A-Z]+ \S+: (?:[A-Z_]{6,}: )?/, '')
    .replace(/ in conflict [0-9a-f-]{36}/, '');
}

/** A canonical value as a person reads it; null stands for a blank. */
export function valueWords(kind: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (kind === 'money' && typeof value === 'number') return formatCents(value);
  if (kind === 'date' && typeof value === 'string') return fullDay(value);
  if (kind === 'instant' && typeof value === 'string') return moment(value);
  if (kind === 'pushKind') return Object.entries(INTENT_KINDS).find(([name]) => name === value)?.[1] ?? null;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String).join(', ');
  if (typeof value === 'number') return value.toLocaleString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function fullDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return date.toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
}

const ACTION_WORDS: Readonly<Record<string, string>> = {
  rowCreated: 'Row created',
  rowUpdated: 'Row updated',
  rowAdopted: 'Row adopted',
  buildiumUpdated: 'Buildium updated',
  conflictDecided: 'Conflict settled',
  conflictClosed: 'Conflict ended unsettled',
  pushConfirmed: 'Push confirmed',
  pushSent: 'Pushed to Buildium',
  pushAdopted: 'Push found in Buildium',
  pushRefused: 'Push refused by Buildium',
  pushUnclear: 'Push unclear',
  pushDecided: 'Push decided by a person',
  calculationApproved: 'Calculation approved',
  drawWithdrawn: 'Draw withdrawn',
  checksOverridden: 'Checks overridden',
  differenceCarried: 'Difference carried forward',
  entered: 'Entered by hand',
  putBack: 'Put back',
  markedDeleted: 'Marked as deleted',
  parked: 'Parked',
  redriven: 'Tried again',
  fieldQuarantined: 'Field left out',
  fieldRepaired: 'Field back in use',
  tableCreated: 'Table created',
  fieldCreated: 'Field created',
  agreed: 'Found equal on both sides',
  settingsChanged: 'Settings changed',
  paired: 'Paired',
  tokenCreated: 'Access given',
  tokenRevoked: 'Access ended',
  connectionCreated: 'Connection created',
};

export const ACTIONS = Object.keys(ACTION_WORDS);

export function actionWords(action: string): string {
  return ACTION_WORDS[action] ?? capital(action.replace(/([A-Z])/g, ' $1').toLowerCase());
}

/** `token:jane@example.com` and `buildium:Tenant.Updated` as a person would say them. */
export function actorWords(actor: string): string {
  const [kind, ...rest] = actor.split(':');
  const who = rest.join(':');
  switch (kind) {
    case 'token':
    case 'person':
      return who;
    case 'airtable':
      return `${who} in Airtable`;
    case 'buildium':
      return who === '' ? 'Buildium' : `Buildium (${who})`;
    case 'cli':
      return 'The command line';
    case 'sync':
      return 'The sync';
    case 'sweep':
      return 'Regular reading';
    default:
      return actor;
  }
}
