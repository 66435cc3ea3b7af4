import { addDays, dateOf, type Instant } from '../../../shared/dates.ts';
import type { AnyResource } from '../../../shared/resources/define.ts';
import { PLANNED_COLUMNS, plannedTransactions } from '../../../shared/planned/columns.ts';
import { RESOURCES } from '../../../shared/resources/index.ts';
import { OWN_TABLES } from '../../../shared/tables/index.ts';
import { connectionSettings, type ConnectionSettings } from '../../../shared/settings.ts';
import type { OwnTableStatus, ResourceStatus, StandingStatus } from '../../../shared/syncStatus.ts';
import { listFields, listTables, type FieldRow, type TableRow } from '../../db/airtableSchema.ts';
import { listWebhooks } from '../../db/airtableWebhooks.ts';
import { connectionById, type ConnectionRow } from '../../db/connections.ts';
import type { Database } from '../../db/database.ts';
import { delaysSince, percentile, type DelayBucket } from '../../db/delays.ts';
import { countLinks, type LinkCount } from '../../db/links.ts';
import { summarizeMarks, type MarkSummary } from '../../db/markReports.ts';
import { countOpenNotices } from '../../db/notices.ts';
import { listOwnFields, listOwnTables } from '../../db/ownTables.ts';
import { lastReceiptAt } from '../../db/receipts.ts';
import { listSweeps, type SweepRow } from '../../db/sweeps.ts';
import { AWAITS_UNDO } from '../postponements.ts';
import { readQuotas } from './quotas.ts';
import { readSides } from '../sides.ts';

const DELAY_DAYS = 7;

/** Everything that a person asks of the sync, in a handful of short queries however many links there are. */
export async function readStatus(
  database: Database,
  connectionId: string,
  clock: { nowMs(): number },
): Promise<StandingStatus> {
  const connection = await connectionById(database, connectionId);
  if (!connection) throw new Error(`There is no connection ${connectionId}.`);
  const settings = connectionSettings.parse(connection.settings);
  const at = new Date(clock.nowMs()).toISOString();
  const counts = await countLinks(database, connectionId);
  const [seen, ownTables, sides, quota, webhooks, openNotices] = await Promise.all([
    observe(database, connectionId, at),
    readOwnTables(database, connectionId),
    readSides(database, connection, at),
    readQuotas(database, connection, settings, counts, at),
    readWebhooks(database, connectionId),
    countOpenNotices(database, connectionId),
  ]);
  const about = { connection, settings, counts, at, ...seen };
  return {
    ...{ at, connectionId, name: connection.name, state: connection.state },
    resources: RESOURCES.map((resource) => statusOf(resource, about)),
    ...{ ownTables, sides, quota, webhooks, openNotices },
  };
}

type Observed = {
  marks: MarkSummary[];
  sweeps: SweepRow[];
  delays: DelayBucket[];
  tables: TableRow[];
  fields: FieldRow[];
};

type About = Observed & {
  connection: ConnectionRow;
  settings: ConnectionSettings;
  counts: LinkCount[];
  at: Instant;
};

async function observe(database: Database, connectionId: string, at: Instant): Promise<Observed> {
  const [marks, sweeps, delays, tables, fields] = await Promise.all([
    summarizeMarks(database, connectionId, AWAITS_UNDO),
    listSweeps(database, connectionId),
    delaysSince(database, connectionId, addDays(dateOf(at), 1 - DELAY_DAYS)),
    listTables(database, connectionId),
    listFields(database, connectionId),
  ]);
  return { marks, sweeps, delays, tables, fields };
}

function statusOf(resource: AnyResource, about: About): ResourceStatus {
  const { name } = resource;
  const standing = (wanted: LinkCount['standing']): number =>
    about.counts.find((count) => count.resource === name && count.standing === wanted)?.links ?? 0;
  const mark = about.marks.find((summary) => summary.resource === name);
  const delays = about.delays.filter((bucket) => bucket.resource === name);
  const oldestDirtySince = mark?.oldestSince ?? null;
  return {
    ...{ resource: name, label: resource.label.many, table: resource.table },
    tableId: about.tables.find((table) => table.resource === name)?.tableId ?? null,
    enabled: isEnabled(resource, about.settings),
    linked: standing('linked'),
    unpaired: standing('unpaired'),
    outsideWindow: standing('outsideWindow'),
    outOfScope: standing('outOfScope'),
    deleted: standing('deletedInBuildium'),
    detached: standing('detached'),
    dirty: mark?.dirty ?? 0,
    waiting: mark?.waiting ?? 0,
    parked: mark?.parked ?? 0,
    oldestDirtySince,
    lagMs: oldestDirtySince === null ? 0 : Math.max(0, Date.parse(about.at) - Date.parse(oldestDirtySince)),
    ...sweepTimes(resource, about),
    delayP50Ms: percentile(delays, 0.5),
    delayP95Ms: percentile(delays, 0.95),
    problem: problemOf(resource, about),
  };
}

function isEnabled({ name, partOf }: AnyResource, settings: ConnectionSettings): boolean {
  return [name, partOf ?? name].every((wanted) => settings.resources[wanted]?.enabled ?? true);
}

/** Rows inside a parent are read with it. */
function sweepTimes(
  resource: AnyResource,
  about: About,
): Pick<ResourceStatus, 'lastSweepAt' | 'nextSweepAt' | 'lastFullReadAt'> {
  const read = resource.partOf ?? resource.name;
  const finished = (kind: SweepRow['kind']): Instant | null =>
    about.sweeps.find((sweep) => sweep.resource === read && sweep.kind === kind)?.finishedAt ?? null;
  const lastFullReadAt = finished('full');
  const lastSweepAt = [finished('changes') ?? '', lastFullReadAt ?? ''].sort().at(-1) || null;
  const minutes = about.settings.resources[read]?.sweepMinutes ?? resource.sweepMinutes;
  const dueMs = lastSweepAt === null ? 0 : Date.parse(lastSweepAt) + minutes * 60_000;
  const sweeps = about.connection.state === 'running' && isEnabled(resource, about.settings);
  const nextSweepAt = sweeps ? new Date(Math.max(dueMs, Date.parse(about.at))).toISOString() : null;
  return { lastSweepAt, nextSweepAt, lastFullReadAt };
}

function problemOf({ name, partOf }: AnyResource, { tables, fields, sweeps }: About): string | null {
  const table = tables.find((candidate) => candidate.resource === name)?.problem ?? null;
  const broken = fields.filter((field) => field.resource === name && field.problem !== null);
  const more = broken.length > 1 ? ` ${broken.length - 1} more fields have a problem too.` : '';
  const field = broken[0] ? `${broken[0].problem ?? ''}${more}` : null;
  const sweep =
    sweeps.find((candidate) => candidate.resource === (partOf ?? name) && candidate.problem !== null)
      ?.problem ?? null;
  return table ?? field ?? sweep;
}

/** What a preview writes onto the planned rows is no edit of them: whoever watches them must know its fields. */
const WRITTEN = PLANNED_COLUMNS.filter(({ ours }) => ours).map(({ key }) => key);

async function readOwnTables(database: Database, connectionId: string): Promise<OwnTableStatus[]> {
  const [tables, fields] = await Promise.all([
    listOwnTables(database, connectionId),
    listOwnFields(database, connectionId),
  ]);
  const written = fields.filter(
    ({ name, fieldKey }) => name === plannedTransactions.name && WRITTEN.includes(fieldKey),
  );
  return tables.map(({ name, tableId }) => ({
    ...{ name, tableId },
    table: OWN_TABLES.find((own) => own.name === name)?.table ?? name,
    writtenFieldIds: written.filter((field) => field.name === name).map(({ fieldId }) => fieldId),
  }));
}

async function readWebhooks(database: Database, connectionId: string): Promise<StandingStatus['webhooks']> {
  const [lastBuildiumEventAt, webhooks] = await Promise.all([
    lastReceiptAt(database, connectionId),
    listWebhooks(database, connectionId),
  ]);
  return {
    lastBuildiumEventAt,
    airtable: webhooks.map(({ webhookId, cursor, expiresAt, lastPingAt, lastPayloadAt, problem }) => ({
      ...{ webhookId, cursor, expiresAt, lastPingAt, lastPayloadAt, problem },
    })),
  };
}
