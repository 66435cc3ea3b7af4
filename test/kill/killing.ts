import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../server/config.ts';
import { createContext } from '../../server/context.ts';
import { updateConnection } from '../../server/db/connections.ts';
import type { Database } from '../../server/db/database.ts';
import { listRuns } from '../../server/db/runs.ts';
import { prepareBase, storeConnection } from '../../server/jobs/connect/connect.ts';
import { startRun } from '../../server/jobs/runs.ts';
import { silentLogger } from '../../server/log.ts';
import { startAirtableSimulator, type AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { startBuildiumSimulator, type BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { actAsPerson } from '../../server/sandbox/airtable/person.ts';
import { compareSides } from '../../server/sandbox/bothSides.ts';
import { placesIn, syncedTable } from '../../server/sandbox/bothSidesAirtable.ts';
import { actAsPerson as actInBuildium } from '../../server/sandbox/buildium/person.ts';
import { seededRandom } from '../../server/sandbox/random.ts';
import { resourceNamed } from '../../shared/resources/index.ts';
import { serverClock, simulatorsClock, type SharedTime } from '../bench/sharedTime.ts';
import { ENCRYPTION_KEY } from '../support/encryptionKey.ts';
import type { ServerInput } from './serverProcess.ts';

/** Ten seconds of stillness and two minutes of a dead worker's claim pass this much faster. */
const SPEED = 20;
const LATENCY_MS = 15;
const UNITS_A_ROUND = 6;
const WITHIN_MS = 120_000;
const SECRET = 'kill-webhook-secret';

export type KillOutcome = {
  kills: number;
  /** Kills while a batch was claimed. */
  midBatch: number;
  edits: number;
  /** Values of people that did not arrive, and everything else in which the sides differ. */
  differences: string[];
};

/**
 * A server in a process of its own between the two services over HTTP; it is killed again and again in the middle of
 * its work, while people edit on both sides, and in the end both must show what people wrote.
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
  const outcome: KillOutcome = { kills: 0, midBatch: 0, edits: 0, differences: [] };
  const wanted = new Map<string, number>();
  let server: Started | null = null;
  try {
    server = await startServer({ databaseUrl, port: 0, spoolFolder, time });
    const { port } = new URL(server.url);
    const input: ServerInput = { databaseUrl, port: Number(port), spoolFolder, time };
    const connectionId = await connect(databaseUrl, { buildium, airtable, serverUrl: server.url, time });
    await eventually(async () => {
      const [run] = await listRuns(database, connectionId, 1);
      return run?.state === 'finished';
    }, 'the first sync');
    for (let kill = 0; kill < kills; kill += 1) {
      outcome.edits += editOnBothSides({ buildium, airtable, nowMs: clock.nowMs() }, kill, wanted);
      await eventually(() => isClaimed(database), 'a batch to be claimed');
      const untilRequests = requestsOf(buildium, airtable) + random.integer(0, 14);
      await eventually(
        async () => requestsOf(buildium, airtable) >= untilRequests || !(await isClaimed(database)),
        'some requests more',
      );
      if (await isClaimed(database)) outcome.midBatch += 1;
      await killed(server);
      outcome.kills += 1;
      server = await startServer(input);
    }
    await eventually(async () => {
      outcome.differences = differences({ buildium, airtable, nowMs: clock.nowMs() }, wanted);
      return outcome.differences.length === 0 && (await isNothingDirty(database));
    }, 'both sides to agree').catch((error: unknown) => outcome.differences.push(String(error)));
    return outcome;
  } finally {
    if (server) await killed(server);
    await buildium.close();
    await airtable.close();
    await rm(spoolFolder, { recursive: true, force: true });
  }
}

type Started = { process: ChildProcess; url: string };

async function startServer(input: ServerInput): Promise<Started> {
  const module = fileURLToPath(new URL('./serverProcess.ts', import.meta.url));
  const child = fork(module, [JSON.stringify(input)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended by itself with code ${String(code)}.`);
  });
  const [ready] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  ended.catch(() => undefined);
  return { process: child, url: ready.url };
}

async function killed({ process: child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

type Sides = { buildium: BuildiumSimulator; airtable: AirtableSimulator };

async function connect(
  databaseUrl: string,
  { buildium, airtable, serverUrl, time }: Sides & { serverUrl: string; time: SharedTime },
): Promise<string> {
  const config = readConfig(
    { ENCRYPTION_KEYS: ENCRYPTION_KEY, DATABASE_URL: databaseUrl, WORKER: 'web' },
    'cli',
  );
  if (!config.ok) throw new Error(config.error.join('\n'));
  const context = await createContext({
    config: { ...config.value, buildiumRequestsPerSecond: 200, airtableRequestsPerSecond: 200 },
    ...{ databaseUrl, log: silentLogger(), clock: serverClock(time) },
  });
  try {
    const { connectionId, webhookPath } = await storeConnection(context, {
      name: 'Killed',
      buildium: {
        url: buildium.url,
        credentials: { kind: 'apiKey', clientId: buildium.clientId, clientSecret: buildium.clientSecret },
        webhookSecrets: [SECRET],
      },
      airtable: {
        url: airtable.url,
        contentUrl: airtable.url,
        baseId: airtable.baseId,
        token: airtable.token,
      },
      timeZone: 'America/New_York',
      settings: { twoWay: true },
    });
    const job = await context.jobFor(connectionId);
    if (!job) throw new Error('The connection is gone');
    const prepared = await prepareBase(job, `${serverUrl}/webhooks/airtable/${webhookPath}`);
    if (!prepared.ok) throw new Error(prepared.error.message);
    buildium.setWebhook({ url: `${serverUrl}/webhooks/buildium/${webhookPath}`, secret: SECRET });
    await updateConnection(context.database, connectionId, { state: 'running' });
    await startRun(job, 'firstSync', 'kill test');
    const base = airtable.world.bases.get(airtable.baseId);
    if (base) placesIn(base);
    return connectionId;
  } finally {
    await context.close();
  }
}

type Now = Sides & { nowMs: number };

/** Market rents are typed in Airtable and sizes in Buildium: nothing of it is a conflict, and all of it must arrive. */
function editOnBothSides(sides: Now, round: number, wanted: Map<string, number>): number {
  const { buildium, airtable } = sides;
  const rows = unitRows(sides);
  for (const [index, { recordId, buildiumId, tableId, rentField }] of rows
    .slice(0, UNITS_A_ROUND)
    .entries()) {
    const rent = 1000 + round * 10 + index;
    const records = [{ id: recordId, fields: { [rentField]: rent } }];
    actAsPerson(
      airtable.world,
      { action: 'updateRecords', table: tableId, records },
      Math.floor(sides.nowMs),
    );
    wanted.set(`marketRent ${buildiumId}`, rent * 100);
    const size = 500 + round * 10 + index;
    const request = { action: 'updateUnit', id: Number(buildiumId), patch: { UnitSize: size } };
    const answer = actInBuildium(buildium.world, request, Math.floor(sides.nowMs));
    if (answer.status >= 300) throw new Error(`Buildium refused the edit: ${JSON.stringify(answer.body)}`);
    wanted.set(`size ${buildiumId}`, size);
  }
  return wanted.size;
}

type UnitRow = {
  recordId: string;
  buildiumId: string;
  tableId: string;
  rentField: string;
  cells: Record<string, unknown>;
};

function unitRows({ airtable, nowMs }: Now): UnitRow[] {
  const found = syncedTable(airtable.world, airtable.baseId, resourceNamed('units'), nowMs);
  if (!found) throw new Error('The table of units is gone');
  const rentField = found.table.fields.find(({ name }) => name === 'Market Rent')?.id ?? '';
  return found.rows.map((row) => ({ ...row, tableId: found.table.id, rentField }));
}

function differences(sides: Now, wanted: ReadonlyMap<string, number>): string[] {
  const { buildium, airtable } = sides;
  const rows = new Map(unitRows(sides).map((row) => [row.buildiumId, row]));
  const missing = [...wanted].flatMap(([key, value]) => {
    const [field = '', id = ''] = key.split(' ');
    const unit = buildium.world.records.units.get(Number(id));
    const inBuildium = field === 'size' ? unit?.saved.UnitSize : unit?.saved.MarketRent;
    const inAirtable = rows.get(id)?.cells[field];
    const cents = field === 'marketRent' ? Number(inAirtable) * 100 : inAirtable;
    return inBuildium === value && cents === value
      ? []
      : [
          `unit ${id}: ${field} should be ${value}, is ${String(inBuildium)} in Buildium and ${String(cents)} in Airtable`,
        ];
  });
  const compared = compareSides({ buildium, airtable }, { settings: { twoWay: true } });
  return [...missing, ...compared.differences];
}

async function isClaimed(database: Database): Promise<boolean> {
  const rows = await database.query('select 1 from marks where claim_owner is not null limit 1');
  return rows.length > 0;
}

async function isNothingDirty(database: Database): Promise<boolean> {
  const rows = await database.query('select 1 from marks limit 1');
  return rows.length === 0;
}

function requestsOf({ world: { calls: buildium } }: BuildiumSimulator, { world }: AirtableSimulator): number {
  const sum = (counted: ReadonlyMap<unknown, number>): number =>
    [...counted.values()].reduce((total, times) => total + times, 0);
  return sum(buildium) + sum(world.calls.byKind);
}

async function eventually(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const untilMs = Date.now() + WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > untilMs) throw new Error(`Waited in vain for ${what}.`);
    await delay(5);
  }
}
