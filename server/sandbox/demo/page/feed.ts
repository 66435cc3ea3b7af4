import { listAudit } from '../../../db/audit.ts';
import { listConflicts, type ConflictFilter } from '../../../db/conflictLists.ts';
import { readStatus } from '../../../jobs/watch/status.ts';
import type { StandingStatus } from '../../../../shared/syncStatus.ts';
import type { CallRecord } from '../../../outboundCounts.ts';
import { listRuns } from '../../../db/runs.ts';
import { compareSides, type SidesCompared } from '../../bothSides.ts';
import type { Stage } from '../stage.ts';
import { progressInWords } from '../story/firstSync.ts';
import { ActivityLog } from './activity.ts';
import { readAwaitingUndo, type AwaitingUndo } from './awaitingUndo.ts';
import { buildiumTables } from './buildiumView.ts';
import { offersOf } from './offers.ts';
import { pageStatus, SIDE_NAMES, type Outages } from './status.ts';
import { airtableTable, airtableTables } from './airtableView.ts';
import type { Message, Side, Status, TableView } from './view.ts';
import { watchAirtable } from './watchAirtable.ts';

/** The page's knowledge of both sides and of the sync, and everybody who wants to hear of changes. */
export type Feed = {
  activity: ActivityLog;
  /** Outages that were asked for on the page, by side, with their end. */
  outages: Outages;
  called(call: CallRecord): void;
  /** Everything as it is now, then every change. @returns the way to stop listening. */
  listen(listener: (message: Message) => void): () => void;
  status(): Status | null;
  close(): Promise<void>;
};

/** Quick enough for the eye, and a fraction of what a look costs. */
const TICK_MS = 200;

const STATUS_EVERY_MS = 600;

const OPEN_CONFLICTS: ConflictFilter = {
  ...{ state: 'open', resource: null, entityId: null },
  ...{ sort: 'newest', afterId: null, limit: 50 },
};

export function openFeed(stage: Stage): Feed {
  const { network } = stage;
  const now = (): number => network.simulatorClock.nowMs();
  const activity = new ActivityLog(now);
  const outages: Outages = { buildium: null, airtable: null };
  const listeners = new Set<(message: Message) => void>();
  const known = new Map<string, { message: Message; text: string }>();
  const send = (key: string, message: Message): void => {
    const text = JSON.stringify(message);
    if (known.get(key)?.text === text) return;
    known.set(key, { message, text });
    for (const listener of listeners) listener(message);
  };
  const sendTables = (side: Side, tables: readonly TableView[], ids: readonly string[]): void => {
    for (const table of tables) send(`${side} ${table.id}`, { type: 'table', side, table });
    send(`${side} tables`, { type: 'tables', side, ids });
    for (const key of known.keys()) {
      const id = key.startsWith(`${side} `) ? key.slice(side.length + 1) : 'tables';
      if (id !== 'tables' && !ids.includes(id)) known.delete(key);
    }
  };

  const airtable = watchAirtable(stage, activity);
  let buildiumSeen = '';
  const look = (): void => {
    const tables = airtableTables(stage);
    const changed = airtable.takeChanged();
    const stale = tables.filter((table) => changed.has(table.id) || !known.has(`airtable ${table.id}`));
    sendTables(
      'airtable',
      stale.map((table) => airtableTable(stage, table)),
      tables.map(({ id }) => id),
    );
    const seen = buildiumVersion(stage);
    if (seen !== buildiumSeen) {
      buildiumSeen = seen;
      const today = new Date(now()).toISOString().slice(0, 10);
      const views = buildiumTables(network.buildium.world.records, today);
      sendTables(
        'buildium',
        views,
        views.map(({ id }) => id),
      );
      send('offers', { type: 'offers', offers: offersOf(network.buildium.world.records, today) });
    }
    const items = activity.takeChanged();
    if (items.length > 0) for (const listener of listeners) listener({ type: 'activity', items });
  };

  const outbox = outboxReader(stage, activity);
  const status = statusReader(stage, activity, outages, (next) =>
    send('status', { type: 'status', status: next }),
  );
  const ticking = setInterval(() => {
    outbox();
    look();
  }, TICK_MS);
  return {
    activity,
    outages,
    called: ({ call, callMs, side, status: answered }) => {
      if (side === 'receiver') return;
      if (answered === null || answered >= 500) activity.unanswered(SIDE_NAMES[side]);
      else if (side === 'buildium') activity.looked(call, callMs);
    },
    listen: (listener) => {
      for (const { message } of known.values()) listener(message);
      listener({ type: 'activity', items: activity.all() });
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: status.last,
    close: async () => {
      clearInterval(ticking);
      airtable.stop();
      await status.stop();
    },
  };
}

/** Changes whenever anything in Buildium does: owners are changed without an event. */
function buildiumVersion({ network }: Stage): string {
  const { records } = network.buildium.world;
  const of = (collection: ReadonlyMap<number, { updatedMs: number }>): string => {
    let latest = 0;
    for (const { updatedMs } of collection.values()) latest = Math.max(latest, updatedMs);
    return `${collection.size}:${latest}`;
  };
  const { leases, units, properties, tenants, owners, vendors, transactions } = records;
  return [leases, units, properties, tenants, owners, vendors, transactions].map(of).join(' ');
}

function outboxReader({ network }: Stage, activity: ActivityLog): () => void {
  let seen: unknown = null;
  return () => {
    const { log } = network.buildium.world.outbox;
    const from = seen === null ? 0 : log.findIndex((entry) => entry === seen) + 1;
    for (const entry of log.slice(from)) activity.heard(entry);
    seen = log.at(-1) ?? seen;
  };
}

type StatusReader = { last(): Status | null; stop(): Promise<void> };

function statusReader(
  stage: Stage,
  activity: ActivityLog,
  outages: Outages,
  onStatus: (status: Status) => void,
): StatusReader {
  const { network } = stage;
  const state = { last: null as Status | null, lastAudit: null as string | null };
  let comparison: SidesCompared | null = null;
  let comparedAt = '';
  const read = async (): Promise<void> => {
    const { database, clock } = network.server.context;
    const [sync, runs, conflicts, awaitingUndo] = await Promise.all([
      readStatus(database, network.connectionId, clock),
      listRuns(database, network.connectionId, 1),
      listConflicts(database, network.connectionId, OPEN_CONFLICTS),
      readAwaitingUndo(stage),
    ]);
    const isFirst = runs[0]?.kind === 'firstSync' && runs[0].state === 'running';
    activity.quiet = isFirst || runs.length === 0;
    state.lastAudit = await readAudit(stage, activity, state.lastAudit);
    for (const { resource, entityId, openedAt } of conflicts)
      activity.inConflict(`${resource}:${entityId}`, Date.parse(openedAt));
    const version = `${buildiumVersion(stage)} ${airtableVersion(stage)}`;
    // Comparing everything takes a moment, in which nothing else goes on here: only when all is quiet.
    if (version !== comparedAt && !activity.quiet && activity.waiting === 0 && isQuiet(sync, awaitingUndo)) {
      comparison = compareSides(network);
      comparedAt = version;
    }
    const progress = isFirst && runs[0] ? runs[0].progress : null;
    const parts = progress ? Object.values(progress) : [];
    state.last = pageStatus({
      sync,
      progress: progress && {
        done: parts.filter((part) => part.done).length,
        total: parts.length,
        words: progressInWords(progress),
      },
      hasBegun: runs.length > 0,
      latencies: activity.latencies,
      waiting: activity.waiting,
      conflicts: conflicts.length,
      awaitingUndo,
      outages,
      comparison: comparedAt === version ? comparison : null,
      nowMs: network.simulatorClock.nowMs(),
    });
    onStatus(state.last);
  };
  const stopping = new AbortController();
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      // Between a stop and a start of the server there is nothing to read.
      await read().catch(() => undefined);
      await network.server.context.clock.sleep(STATUS_EVERY_MS, stopping.signal).catch(() => undefined);
    }
  })();
  return {
    last: () => state.last,
    stop: async () => {
      stopping.abort();
      await reading;
    },
  };
}

/** Nothing is on its way, but for what rests until somebody undoes a deletion. */
function isQuiet({ resources, sides }: StandingStatus, { resting }: AwaitingUndo): boolean {
  const dirty = resources.reduce((sum, resource) => sum + resource.dirty, 0);
  return dirty === resting && sides.every(({ state }) => state === 'up');
}

function airtableVersion({ network }: Stage): number {
  return network.airtable.world.bases.get(network.airtable.baseId)?.transactionNumber ?? 0;
}

async function readAudit(
  { network }: Stage,
  activity: ActivityLog,
  last: string | null,
): Promise<string | null> {
  const none = {
    resource: null,
    entityId: null,
    airtableRecordId: null,
    action: null,
    actor: null,
    beforeId: null,
  };
  const newest = await listAudit(network.server.context.database, network.connectionId, {
    ...none,
    limit: 60,
  });
  const fresh = newest.filter(({ auditId }) => last === null || auditId > last).reverse();
  if (!activity.quiet) for (const entry of fresh) activity.audited(entry);
  return newest[0]?.auditId ?? last;
}
