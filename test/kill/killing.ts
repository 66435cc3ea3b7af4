import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../server/db/database.ts';
import { listRuns } from '../../server/db/runs.ts';
import { startAirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { startBuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { seededRandom } from '../../server/sandbox/random.ts';
import { simulatorsClock, type SharedTime } from '../bench/sharedTime.ts';
import { connect, killed, startServer, type Sides, type Started } from './killedServer.ts';
import { eventually } from './eventually.ts';
import { differences, editOnBothSides, type Now } from './killEdits.ts';
import { holdUpUnits, killInFirstSync } from './killFirstSync.ts';
import { pusher } from './killPushes.ts';
import type { ServerInput } from './serverProcess.ts';

/** Ten seconds of stillness and two minutes of a dead worker's claim pass this much faster. */
const SPEED = 20;
const LATENCY_MS = 15;
const QUARTER_MS = 15 * 60_000;

export type KillOutcome = {
  /** Each with an intent open or a batch in flight. */
  kills: number;
  /** Kills while a batch was claimed. */
  midBatch: number;
  /** Kills while a planned transaction was on its way. */
  midPush: number;
  edits: number;
  /** Planned transactions that were pushed. */
  pushed: number;
  /** Intents whose outcome a restarted server had to look for in Buildium. */
  lookedFor: number;
  /** Rows that the first server had made and not remembered when it was killed in its first sync. */
  unremembered: number;
  /** Fields that a person was asked about since nothing was ever agreed on them, though only one side had moved. */
  neverAgreed: number;
  /** Values of people that did not arrive, money that is not there once, and everything else in which the sides differ. */
  differences: string[];
};

/**
 * A server in a process of its own between the two services over HTTP; it is killed again and again in the middle of
 * its work, while people edit on both sides and push money, and in the end both must show what people wrote, and
 * Buildium each transaction once.
 */
export async function killAgainAndAgain(
  { url: databaseUrl, database }: { url: string; database: Database },
  kills: number,
  seed: number,
): Promise<KillOutcome> {
  const time: SharedTime = { startedAtMs: Date.now(), speed: SPEED };
  const clock = simulatorsClock(time);
  const seedWorld = { properties: 4, seed: 5, transactionsPerLease: 0 };
  const buildium = await startBuildiumSimulator({ seed: seedWorld, clock, latencyMs: LATENCY_MS * SPEED });
  const airtable = await startAirtableSimulator({ clock, latencyMs: { median: LATENCY_MS * SPEED } });
  buildium.world.rateLimit.perSecond = 1e6;
  Object.assign(airtable.world.limits.perSecond, { base: 1e6, token: 1e6 });
  const spoolFolder = await mkdtemp(join(tmpdir(), 'kill-spool-'));
  const random = seededRandom(seed);
  const none = {
    kills: 0,
    midBatch: 0,
    midPush: 0,
    edits: 0,
    pushed: 0,
    lookedFor: 0,
    unremembered: 0,
    neverAgreed: 0,
  };
  const outcome: KillOutcome = { ...none, differences: [] };
  const wanted = new Map<string, number>();
  const now = (): Now => ({ buildium, airtable, nowMs: clock.nowMs() });
  let server: Started | null = null;
  try {
    server = await startServer({ databaseUrl, port: 0, spoolFolder, time });
    const { port } = new URL(server.url);
    const input: ServerInput = { databaseUrl, port: Number(port), spoolFolder, time };
    const { connectionId, token } = await connect(databaseUrl, {
      ...{ buildium, airtable, serverUrl: server.url, time },
      beforeFirstSync: () => holdUpUnits(now()),
    });
    const person = pusher(token);
    outcome.unremembered = await killInFirstSync(database, server, now, wanted);
    server = await startServer(input);
    await eventually(async () => {
      const [run] = await listRuns(database, connectionId, 1);
      return run?.state === 'finished';
    }, 'the first sync');
    // What the killed server held goes on once its claims have run out, and what waits for those rows after it.
    await eventually(
      async () => (await database.query(`select 1 from marks limit 1`)).length === 0,
      'all rows',
    );
    for (let round = 0; outcome.kills < kills; round += 1) {
      editOnBothSides(now(), round, wanted);
      person.plan(now(), round);
      // Every other kill waits for money on its way; the person may be cut off in the middle of the click.
      const clicking = person.push(server.url).then(
        () => null,
        (error: unknown) => error,
      );
      const part = round % 2 === 0 ? 'midPush' : 'midBatch';
      await eventually(async () => (await underWay(database))[part], `a ${part} moment`);
      const untilRequests =
        requestsOf({ buildium, airtable }) + random.integer(0, part === 'midPush' ? 6 : 14);
      await eventually(
        async () => requestsOf({ buildium, airtable }) >= untilRequests || !(await underWay(database))[part],
        'some requests more',
      );
      const moment = await underWay(database);
      await killed(server);
      throwUnlessCutOff(await clicking);
      if (moment.midBatch) outcome.midBatch += 1;
      if (moment.midPush) outcome.midPush += 1;
      if (moment.midBatch || moment.midPush) outcome.kills += 1;
      server = await startServer(input);
    }
    await person.push(server.url);
    outcome.edits = wanted.size;
    outcome.pushed = person.planned();
    // What never reached Buildium is looked for twice, a quarter of an hour apart; then a person is asked about payments.
    while (await isAnyIntent(database, `state <> 'done'`)) {
      const running = server.url;
      await eventually(async () => {
        if (await isAnyIntent(database, `state = 'asking'`)) await person.decide(running);
        return await isNoIntentDue(database, clock.nowMs());
      }, 'every push to be carried on');
      if (!(await isAnyIntent(database, `state <> 'done'`))) break;
      await killed(server);
      letPass(time, QUARTER_MS);
      server = await startServer(input);
    }
    const { url } = server;
    // Nothing announces that an account's balance has changed: the person asks for it.
    await person.syncNow(url, ['glAccounts', 'bankAccounts']);
    // Comparing takes the simulators' own process: only once there is nothing left to do.
    await eventually(async () => {
      if (!(await isNothingDirty(database))) return false;
      outcome.differences = [...differences(now(), wanted), ...person.differences(now())];
      if (outcome.differences.length > 0) await delay(500);
      return outcome.differences.length === 0;
    }, 'both sides to agree').catch((error: unknown) => outcome.differences.push(String(error)));
    outcome.lookedFor = await lookedFor(database);
    outcome.neverAgreed = await neverAgreed(database);
    return outcome;
  } finally {
    if (server) await killed(server);
    await buildium.close();
    await airtable.close();
    await rm(spoolFolder, { recursive: true, force: true });
  }
}

/** All clocks move on at once; the server is started with it. */
function letPass(time: SharedTime, ms: number): void {
  time.startedAtMs -= ms / (time.speed - 1);
}

/** The person's own request may die with the server; anything that was answered with an error is a finding. */
function throwUnlessCutOff(error: unknown): void {
  if (error instanceof Error && !(error instanceof TypeError)) throw error;
}

async function underWay(database: Database): Promise<{ midBatch: boolean; midPush: boolean }> {
  const [row] = await database.query<{ midBatch: boolean; midPush: boolean }>(
    `select exists (select 1 from marks where claim_owner is not null) as "midBatch",
       exists (select 1 from intents where state in ('waiting', 'sending', 'created')) as "midPush"`,
  );
  return row ?? { midBatch: false, midPush: false };
}

async function isNothingDirty(database: Database): Promise<boolean> {
  const rows = await database.query('select 1 from marks limit 1');
  return rows.length === 0;
}

/** What is left of the pushes is put off to a later look. */
async function isNoIntentDue(database: Database, nowMs: number): Promise<boolean> {
  const now = new Date(nowMs).toISOString();
  const isAny = await isAnyIntent(
    database,
    `state in ('waiting', 'sending', 'created', 'asking') or next_at <= $1 or claim_until > $1`,
    [now],
  );
  return !isAny;
}

async function isAnyIntent(
  database: Database,
  condition: string,
  params: readonly string[] = [],
): Promise<boolean> {
  const rows = await database.query(`select 1 from intents where ${condition} limit 1`, params);
  return rows.length > 0;
}

async function lookedFor(database: Database): Promise<number> {
  const [row] = await database.query<{ times: number }>(
    `select count(distinct changes) as times from audit where action = 'pushUnclear'`,
  );
  return row?.times ?? 0;
}

async function neverAgreed(database: Database): Promise<number> {
  return (await database.query(`select 1 from conflicts where kind = 'neverAgreed'`)).length;
}

function requestsOf({ buildium, airtable }: Sides): number {
  const sum = (counted: ReadonlyMap<unknown, number>): number =>
    [...counted.values()].reduce((total, times) => total + times, 0);
  return sum(buildium.world.calls) + sum(airtable.world.calls.byKind);
}
