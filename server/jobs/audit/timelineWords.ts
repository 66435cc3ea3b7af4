import { asSentence, capital } from '../../../shared/sentence.ts';
import { formatCents } from '../../../shared/money.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import type { TimelineRow } from '../../db/timeline.ts';
import { columnOf } from '../losses/lossWords.ts';
import type { NameOf } from './linkedNames.ts';

export type TimelineStep = {
  stepId: string;
  at: string;
  kind: 'heard' | 'written' | 'carried' | 'conflict' | 'decided' | 'held' | 'pushed' | 'changed' | 'note';
  who: string;
  sentence: string;
  details: string[];
  auditId: string | null;
  runId: string | null;
};

const KIND_OF_ACTION: Readonly<Record<string, TimelineStep['kind']>> = {
  rowCreated: 'written',
  rowUpdated: 'written',
  rowAdopted: 'written',
  putBack: 'written',
  markedDeleted: 'written',
  duplicateRemoved: 'written',
  buildiumUpdated: 'carried',
  conflictDecided: 'decided',
  conflictClosed: 'decided',
  approvalDecided: 'decided',
  parked: 'held',
  pushConfirmed: 'pushed',
  pushSent: 'pushed',
  pushAdopted: 'pushed',
  pushUnclear: 'held',
  pushRefused: 'held',
  pushDecided: 'decided',
};

/** What an audit's action did, in words; the others are told by their reason. */
const SENTENCE_OF_ACTION: Readonly<Record<string, string>> = {
  rowCreated: 'Its row was made in Airtable',
  rowUpdated: 'Its row was changed in Airtable',
  rowAdopted: 'A row that was there already was taken for it',
  buildiumUpdated: 'An edit was carried into Buildium',
  agreed: 'Both sides had come to the same',
  markedDeleted: 'Its row was marked as deleted in Buildium',
  parked: 'It was given up until somebody retries it',
  pushConfirmed: 'A push was confirmed',
};

/** One step of the story in a plain sentence. */
export function stepOf(resource: AnyResource, row: TimelineRow, nameOf: NameOf): TimelineStep {
  const { stepId, at, runId } = row;
  const auditId = row.source === 'audit' ? stepId.slice('audit '.length) : null;
  const details = [
    ...inColumnOrder(resource, row.changes ?? {}).map(([key, change]) =>
      changeWords(resource, key, change, nameOf),
    ),
    ...(row.hasSealedChanges ? ['Contact data; it is not shown here.'] : []),
  ];
  return {
    stepId,
    at,
    kind: kindOf(row),
    who: whoIs(row.actor),
    sentence: sentenceOf(resource, row),
    details,
    auditId,
    runId,
  };
}

function kindOf({ source, what }: TimelineRow): TimelineStep['kind'] {
  switch (source) {
    case 'audit':
      return KIND_OF_ACTION[what] ?? 'changed';
    case 'receipt':
    case 'edit':
      return 'heard';
    case 'conflictOpened':
    case 'conflictOpenedUntold':
      return 'conflict';
    case 'conflictEnded':
      return 'decided';
    case 'intent':
    case 'intentSettled':
      return 'pushed';
    case 'notice':
    case 'linked':
      return 'note';
  }
}

function sentenceOf(resource: AnyResource, row: TimelineRow): string {
  const column = columnOf(resource, row.what);
  switch (row.source) {
    case 'audit': {
      const told = SENTENCE_OF_ACTION[row.what];
      return told === undefined ? capital(asSentence(row.why)) : asSentence(`${told}: ${row.why}`);
    }
    case 'receipt':
      return `Buildium told of it (${row.what}).`;
    case 'edit':
      return `${column} was changed in Airtable${row.why === 'client' ? '' : ` by ${row.why}`}.`;
    case 'conflictOpened':
      return asSentence(`${column} is in conflict: ${row.why}`);
    case 'conflictOpenedUntold':
      return `${asSentence(`${column} is in conflict: ${row.why}`)} ${UNTOLD}`;
    case 'conflictEnded':
      return row.why === 'resolved'
        ? `The conflict over ${column} was settled.`
        : `The conflict over ${column} ended by itself.`;
    case 'intent':
      return asSentence(`To be pushed into Buildium: ${row.why}`);
    case 'intentSettled':
      return capital(asSentence(row.why));
    case 'notice':
      return asSentence(row.why);
    case 'linked':
      return `The sync saw this ${resource.label.one} for the first time.`;
  }
}

const UNTOLD =
  "When Airtable's value was entered, and by whom, is not known: Airtable has not told, or it came with the sync's own token, whose edits look like the sync's writes.";

type Change = { before?: unknown; after?: unknown };

/** As the table has its columns; what a new row has blank is not worth a line. */
function inColumnOrder(
  { fields }: AnyResource,
  changes: Readonly<Record<string, Change>>,
): [string, Change][] {
  const placeOf = (key: string): number => {
    const place = fields.findIndex((field) => field.key === key);
    return place < 0 ? fields.length : place;
  };
  return Object.entries(changes)
    .filter(([, change]) => 'before' in change || valueWords(undefined, change.after) !== BLANK)
    .sort(([a], [b]) => placeOf(a) - placeOf(b));
}

const BLANK = 'blank';

function changeWords(resource: AnyResource, key: string, change: Change, nameOf: NameOf): string {
  const field = resource.fields.find((candidate) => candidate.key === key);
  const column = field?.column ?? key;
  const target = field?.target;
  const named = (value: unknown): unknown =>
    target !== undefined && Array.isArray(value) ? value.map((id) => nameOf(target, String(id))) : value;
  const shown = (value: unknown): string => valueWords(field?.kind, named(value));
  return 'before' in change
    ? `${column}: ${shown(change.before)} → ${shown(change.after)}`
    : `${column}: ${shown(change.after)}`;
}

function valueWords(kind: string | undefined, value: unknown): string {
  if (value === null || value === undefined || value === '') return BLANK;
  if (kind === 'money' && typeof value === 'number') return formatCents(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? BLANK : value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const NAMES: Readonly<Record<string, string>> = {
  buildium: 'Buildium',
  sweep: 'the sweep',
  sync: 'the sync',
  cli: 'the command line',
};

/** Who stands behind an actor of the audit. */
export function whoIs(actor: string): string {
  const name = NAMES[actor];
  if (name !== undefined) return name;
  if (actor.startsWith('airtable:')) return `${actor.slice('airtable:'.length)} in Airtable`;
  return actor.startsWith('token:') ? actor.slice('token:'.length) : actor;
}
