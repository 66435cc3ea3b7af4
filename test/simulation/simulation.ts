import type { Clock } from '../../server/clock.ts';
import type { ConnectionRow } from '../../server/db/connections.ts';
import { POLICIES } from '../../shared/policies.ts';
import { repair } from '../../server/jobs/connect/repair.ts';
import { startRun, redrive } from '../../server/jobs/runs.ts';
import type { Account } from './account.ts';
import { PACES, someResources, type Pace } from './pace.ts';
import { dueDeliveries, nextDeliveryMs, type ArrivalParts } from './arrivals.ts';
import { count, type Counts } from './counts.ts';
import {
  clockOf,
  createEngineProcess,
  keepRounds,
  mayTake,
  sharedPauses,
  take,
  type EngineProcess,
  type Rounds,
} from './engineProcess.ts';
import { approveAll } from './approvals.ts';
import { crashKind, crashOfPush } from './expectedCounts.ts';
import { watchPlanner } from './plannerWatch.ts';
import { settleSomeConflict } from './resolutions.ts';
import { changePlanned, enterByHand, planTransaction } from './plannedRows.ts';
import { decidePushes, pushSome } from './pushing.ts';
import { depositPayments, takeBack } from './takenBack.ts';
import { editAgain } from './editAgain.ts';
import * as people from './people.ts';
import { holdUp } from './heldUp.ts';
import { createScheduler, type Gate, type Scheduler } from './scheduler.ts';
import { gatedDatabase, type SharedClient } from './simulatedDatabase.ts';
import { settingsOf, type Template } from './template.ts';
import { createWaiting, type Waiting } from './waiting.ts';
import { CALM, weatherOf, type Weather } from './weather.ts';
import { outageKey, wireOf, type WireParts } from './wire.ts';

/** One seed while it runs. */
export type Simulation = {
  scheduler: Scheduler;
  shared: SharedClient;
  accounts: ReadonlyMap<string, Account>;
  connections: readonly ConnectionRow[];
  counts: Counts;
  /** Rules that were broken, in sentences. */
  violations: string[];
  /** Requests that change something, since the start. */
  writes(): number;
  /** A process that never dies, for the checks. */
  observer: EngineProcess;
  waiting: Waiting;
  /** Lets people and faults have their way. */
  play(actions: number): Promise<void>;
  /** From now on nobody edits and nothing fails. */
  calmDown(): void;
  /** Steps until this holds. */
  until(holds: () => boolean): Promise<void>;
  lastWrites(): readonly string[];
  /** Until nothing is due or under way any more. */
  untilIdle(): Promise<void>;
  /** Time passes, and what falls due meanwhile is done. */
  later(ms: number): Promise<void>;
};

/** Between bursts it is quiet for a while, and now and then for long. */
const SHORT_REST_MS = 45_000;
const LONG_REST_SHARE = 0.12;
const OWN_POLICY_SHARE = 0.3;
const OWN_WAY_SHARE = 0.4;
/** Few steps are those of a push, and few transactions those of a web process: they have more than their share. */
const CRASHES_OFTENER = { atMoney: 20, inWeb: 5 };
const RESTART_AFTER_MS = 60_000;
const LONGEST_OUTAGE_MS = 3 * 3_600_000;
const LONGEST_REST_MS = 40 * 60_000;
/** Every two seconds and every thirty in the product: nothing but the database is kept waiting for it here. */
const ROUNDS = {
  busy: { wake: 40_000, chores: 8 * 60_000 },
  calm: { wake: 4 * 60_000, chores: 15 * 60_000 },
};
/** The last writes are told where there should have been none. */
const WRITES_TOLD = 100;

const NOTIFICATION_URL = 'https://sync.simulated/webhooks/airtable';

/** More gates than any seed needs: whoever comes here runs in a circle. */
const MOST_STEPS = 60_000;

export async function startSimulation(
  shared: SharedClient,
  template: Template,
  seed: number,
  pace: Pace = 'varied',
  onLine?: (line: string) => void,
): Promise<Simulation> {
  await template.restore();
  const scheduler = createScheduler(seed, template.atMs + 60_000, onLine);
  const { random } = scheduler;
  const accounts = template.accounts(() => scheduler.nowMs());
  const synced = someResources(random);
  const lowersEmail = random.next() < OWN_WAY_SHARE;
  for (const account of accounts.values()) Object.assign(account, { synced, lowersEmail });
  // Most offices leave the policies as they are.
  const policies = random.next() < OWN_POLICY_SHARE ? { connection: random.pick(POLICIES) } : {};
  const settings = { ...settingsOf(synced), policies };
  const connections = template.connections.map((row) => ({ ...row, settings }));
  const counts: Counts = {};
  watchPlanner(counts);
  const violations: string[] = [];
  let weather: Weather = weatherOf(random);
  const waiting = createWaiting(scheduler, random.pick(PACES[pace].pickUpMs));
  let writes = 0;
  let rounds: Rounds = ROUNDS.busy;
  const lastWrites: string[] = [];
  let numbers = 10;
  let restUntilMs = 0;
  const restarts: { dueMs: number; kind: 'worker' | 'web' }[] = [];
  const workers: EngineProcess[] = [];
  const names = new Map<string, string>();
  for (const [connectionId, { name }] of accounts) names.set(connectionId, name);

  const wire: WireParts = {
    ...{ scheduler, accounts, counts },
    weather: () => weather,
    outages: new Map(),
    lateEffects: [],
    editInGap: (account, resource, entityId) => {
      people.editEntityInBuildium(hands, account, resource, entityId);
    },
    onWrite: (request) => {
      writes += 1;
      const body = JSON.stringify(request.body ?? '').slice(0, 300);
      lastWrites.push(`${request.method} ${new URL(request.url).pathname} ${body}`);
      if (lastWrites.length > WRITES_TOLD) lastWrites.shift();
    },
  };
  const hands: people.People = {
    random,
    nowMs: () => scheduler.nowMs(),
    fresh: () => (numbers += 1),
  };
  let started = 0;
  const observer = startProcess('observer');
  const pauses = sharedPauses(scheduler, (): Clock => clockOf(scheduler, observer));

  function startProcess(kind: string): EngineProcess {
    started += 1;
    const process = { name: `${kind} ${started}`, isAlive: true };
    const database = gatedDatabase(shared, scheduler, process, {
      onStatement: (sql, params, inTransaction) => {
        if (!inTransaction && /^\s*insert into links\b/.test(sql))
          violations.push('What was agreed was written outside the transaction of its audit.');
        void params;
      },
      diesAfter: () => {
        const crash = weather.crashInTransaction * (kind === 'web' ? CRASHES_OFTENER.inWeb : 1);
        return kind !== 'observer' && random.next() < crash ? random.integer(0, 8) : null;
      },
      onDeath: () => {
        count(counts, 'crashes', `${kind}: inside a transaction`);
        count(counts, 'crash kinds', `${kind}: inside a transaction`);
        die(kind, engine);
      },
    });
    const engine = createEngineProcess({
      ...{ scheduler, process, base: template.base, connections, waiting, database },
      // Declared before it is first asked: the first process makes no request until then.
      rateBudget: {
        acquire: (...asked) => pauses.acquire(...asked),
        block: (...asked) => pauses.block(...asked),
        unblock: (key, reason) => pauses.unblock(key, reason),
        blocked: (key) => pauses.blocked(key),
        waiting: () => [],
        close: () => undefined,
      },
      exchange: wireOf(wire, process),
    });
    return engine;
  }

  function startWorker(): void {
    const worker = startProcess('worker');
    workers.push(worker);
    void keepRounds(worker, waiting, scheduler, () => rounds).catch((error: unknown) =>
      onError(error, 'rounds'),
    );
  }

  function die(kind: string, engine: EngineProcess): void {
    scheduler.kill(engine);
    for (const notice of engine.onDeath) notice();
    scheduler.trace(`${engine.name} dies`);
    if (kind === 'worker') {
      workers.splice(workers.indexOf(engine), 1);
      restarts.push({ dueMs: scheduler.nowMs() + random.integer(500, RESTART_AFTER_MS), kind: 'worker' });
    } else web = startProcess('web');
  }

  function onError(error: unknown, what: string): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    violations.push(`"${what}" ended with an error: ${text}`);
  }

  let web = startProcess('web');
  for (let index = 0; index < weather.workers; index += 1) startWorker();
  for (const account of accounts.values())
    account.buildium.outbox.behaviour.reorder = weather.eventsReordered;
  const arrivals: ArrivalParts = {
    ...{ scheduler, accounts, waiting, counts },
    weather: () => weather,
    web: () => web,
    onError,
  };

  /** People of the office: what they ask of the server itself goes through the web process. */
  function atTheServer(
    account: Account,
    ask: 'repair' | 'syncNow' | 'redrive' | 'resolve' | 'approve' | 'push' | 'decide' | 'takeBack',
  ): string {
    const connectionId = [...names].find(([, name]) => name === account.name)?.[0] ?? '';
    const job = web.jobs.get(connectionId);
    if (!job) throw new Error(`Nobody knows connection ${connectionId}`);
    const work = {
      repair: async () => void (await repair(job, 'person', NOTIFICATION_URL)),
      syncNow: async () => void (await startRun(job, 'syncNow', 'person')),
      redrive: async () => void (await redrive(job, { resource: null, entityId: null })),
      resolve: () => settleSomeConflict(job, random, counts),
      approve: () => approveAll(job, counts),
      push: () => pushSome(job, account, random, counts),
      decide: () => decidePushes(job, account, counts),
      takeBack: () => takeBack(job, account, random, counts),
    }[ask];
    void work().catch((error: unknown) => onError(error, ask));
    return 'asked';
  }

  const ACTIONS: [name: string, weight: number, act: (account: Account) => string | null][] = [
    ['edit in Airtable', 30, (account) => people.editInAirtable(hands, account)],
    ['edit in Buildium', 25, (account) => people.editInBuildium(hands, account)],
    ['edit once more', 25, (account) => editAgain(hands, account)],
    ['edit on both sides', 8, (account) => people.editBothSides(hands, account)],
    ['the same on both sides', 2, (account) => people.sameOnBothSides(hands, account)],
    ['edit of a one-way field', 5, (account) => people.editOneWay(hands, account)],
    ['owner renamed', 2, (account) => people.renameOwner(hands, account)],
    ['row deleted', 1, (account) => people.deleteRow(hands, account)],
    ['deletion undone', 1, (account) => people.undoDelete(hands, account)],
    ['row copied', 1, (account) => people.copyRow(hands, account)],
    ['id cleared or changed', 1.5, (account) => people.clearId(hands, account)],
    ['row of one’s own', 1, (account) => people.addOwnRow(hands, account)],
    ['deleted in Buildium', 1, (account) => people.deleteInBuildium(hands, account)],
    ['unit added', 1, (account) => people.addUnit(hands, account)],
    ['column deleted', 0.4, (account) => people.deleteColumn(hands, account)],
    ['table deleted', 0.2, (account) => people.deleteTable(hands, account)],
    ['repair asked for', 0.4, (account) => atTheServer(account, 'repair')],
    ['sync now asked for', 3, (account) => atTheServer(account, 'syncNow')],
    ['redrive asked for', 1, (account) => atTheServer(account, 'redrive')],
    ['approvals given', 1, (account) => atTheServer(account, 'approve')],
    ['transaction planned', 7, (account) => planTransaction(hands, account)],
    ['plan changed', 5, (account) => changePlanned(hands, account)],
    ['entered by hand', 1.5, (account) => enterByHand(hands, account)],
    ['payments deposited', 6, (account) => depositPayments(hands, account)],
    ['push taken back', 8, (account) => atTheServer(account, 'takeBack')],
    ['push asked for', 7, (account) => atTheServer(account, 'push')],
    ['push decided', 2, (account) => atTheServer(account, 'decide')],
    ['conflict settled', 6, (account) => atTheServer(account, 'resolve')],
    [
      'outage',
      0.7,
      (account) => {
        const side = random.next() < 0.5 ? 'buildium' : 'airtable';
        wire.outages.set(outageKey(account, side), scheduler.nowMs() + random.integer(1, LONGEST_OUTAGE_MS));
        return side;
      },
    ],
    [
      'clock skewed',
      1,
      (account) => {
        account.skewMs[random.next() < 0.5 ? 'buildium' : 'airtable'] = random.integer(-90_000, 90_000);
        return 'skewed';
      },
    ],
  ];
  const totalWeight = ACTIONS.reduce((sum, [, weight]) => sum + weight, 0);

  const burst = { left: 0, share: 0 };
  function rest(): void {
    const longest = random.next() < LONG_REST_SHARE ? LONGEST_REST_MS : SHORT_REST_MS;
    restUntilMs = scheduler.nowMs() + random.integer(2_000, longest);
    const { burst: size, shares } = PACES[pace];
    burst.left = random.integer(size.from, size.to);
    burst.share = random.pick(shares);
  }
  rest();

  let acted = 0;
  function act(): void {
    acted += 1;
    let drawn = random.next() * totalWeight;
    for (const [name, weight, carryOut] of ACTIONS) {
      drawn -= weight;
      if (drawn > 0) continue;
      const account = random.pick([...accounts.values()]);
      const done = carryOut(account);
      scheduler.trace(`${account.name}: ${name} ${String(done)}`);
      count(counts, done === null ? 'actions that could not be' : 'actions', name);
      return;
    }
  }

  async function openOne(gate: Gate): Promise<void> {
    const isEngine = gate.process !== observer;
    const ofPush = crashOfPush(gate.label);
    const crash = ofPush === null ? weather.crash : weather.crash * CRASHES_OFTENER.atMoney;
    if (isEngine && random.next() < crash) {
      const engine = [...workers, web].find((candidate) => candidate === gate.process);
      if (engine) {
        const kind = engine === web ? 'web' : 'worker';
        count(counts, 'crashes', `${kind}: before ${gate.label}`);
        count(counts, 'crash kinds', crashKind(kind, gate.label));
        if (ofPush !== null) count(counts, 'steps of a push', ofPush);
        die(kind, engine);
        return scheduler.settled();
      }
    }
    const mayStandStill = workers.length > 1 && workers.some((worker) => worker === gate.process);
    if (mayStandStill && holdUp(scheduler, counts, gate, weather.holdUp)) return;
    await scheduler.open(gate);
  }

  /** @returns whether anything could be done at this moment. */
  async function step(): Promise<boolean> {
    const nowMs = scheduler.nowMs();
    const late = wire.lateEffects.findIndex(({ dueMs }) => dueMs <= nowMs);
    if (late >= 0) {
      wire.lateEffects.splice(late, 1)[0]?.act();
      scheduler.trace('a late effect lands');
      return true;
    }
    const restart = restarts.findIndex(({ dueMs }) => dueMs <= nowMs);
    if (restart >= 0) {
      restarts.splice(restart, 1);
      startWorker();
      return true;
    }
    const gates = scheduler.due();
    const takers = workers.filter((worker) => mayTake(worker, waiting, nowMs));
    const deliveries = dueDeliveries(arrivals);
    const choices = gates.length + takers.length + deliveries.length;
    if (choices === 0) return false;
    const drawn = random.integer(0, choices - 1);
    const gate = gates[drawn];
    const taker = takers[drawn - gates.length];
    if (gate) {
      await openOne(gate);
      return true;
    }
    if (taker) take(taker, waiting, scheduler, onError);
    else deliveries[drawn - gates.length - takers.length]?.carry();
    await scheduler.settled();
    return true;
  }

  function nextMs(): number | null {
    const times = [
      scheduler.nextDueMs(),
      nextDeliveryMs(arrivals),
      waiting.nextDueMs(),
      ...wire.lateEffects.map(({ dueMs }) => dueMs),
      ...restarts.map(({ dueMs }) => dueMs),
    ].filter((time) => time !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  let steps = 0;
  async function go(until: () => boolean, mayAct: () => boolean, limitMs: number): Promise<void> {
    while (!until()) {
      steps += 1;
      if (steps > MOST_STEPS) throw new Error(`More than ${MOST_STEPS} steps: something runs in a circle.`);
      if (mayAct() && random.next() < burst.share) {
        act();
        burst.left -= 1;
        if (burst.left <= 0) rest();
        await scheduler.settled();
        continue;
      }
      if (await step()) continue;
      const next = Math.min(nextMs() ?? Infinity, mayAct() ? restUntilOr(Infinity) : Infinity);
      if (next > limitMs || !Number.isFinite(next)) {
        if (Number.isFinite(limitMs)) scheduler.moveTo(limitMs);
        return;
      }
      scheduler.moveTo(next);
    }
  }

  function restUntilOr(otherwise: number): number {
    return restUntilMs > scheduler.nowMs() ? restUntilMs : otherwise;
  }

  const isIdle = (): boolean =>
    waiting.isEmpty() &&
    [...workers, web].every(({ running }) => running === 0) &&
    wire.lateEffects.length === 0;

  return {
    ...{ scheduler, shared, accounts, counts, violations, observer, waiting },
    connections,
    writes: () => writes,
    play: async (actions) => {
      const untilActions = acted + actions;
      await go(
        () => acted >= untilActions,
        () => scheduler.nowMs() >= restUntilMs,
        Infinity,
      );
    },
    calmDown: () => {
      weather = { ...CALM, workers: weather.workers };
      rounds = ROUNDS.calm;
      wire.outages.clear();
      for (const account of accounts.values()) account.buildium.outbox.behaviour.reorder = false;
    },
    until: (holds) => go(holds, () => false, Infinity),
    lastWrites: () => lastWrites,
    untilIdle: () => go(isIdle, () => false, Infinity),
    later: async (ms) => {
      const untilMs = scheduler.nowMs() + ms;
      await go(
        () => scheduler.nowMs() >= untilMs,
        () => false,
        untilMs,
      );
    },
  };
}
