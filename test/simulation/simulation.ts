import type { ConnectionRow } from '../../server/db/connections.ts';
import { POLICIES } from '../../shared/policies.ts';
import type { Account } from './account.ts';
import { PACES, someResources, type Pace } from './pace.ts';
import { dueDeliveries, nextDeliveryMs, type ArrivalParts } from './arrivals.ts';
import { count, type Counts } from './counts.ts';
import { actionsOf } from './actions.ts';
import { mayTake, take, type EngineProcess, type Rounds } from './engineProcess.ts';
import { createDueActs } from './dueActs.ts';
import { crashKind, crashOfPush } from './expectedCounts.ts';
import { unpauseMost } from './pausing.ts';
import { watchPlanner } from './plannerWatch.ts';
import * as people from './people.ts';
import { holdUp } from './heldUp.ts';
import { createScheduler, type Gate, type Scheduler } from './scheduler.ts';
import { createProcesses } from './processes.ts';
import type { SharedClient } from './simulatedDatabase.ts';
import { settingsOf, type Template } from './template.ts';
import { drawVisit } from './unclearWrites.ts';
import { createWaiting, type Waiting } from './waiting.ts';
import { CALM, weatherOf, type Weather } from './weather.ts';
import type { WireParts } from './wire.ts';

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
/** Few steps are those of a push: it has more than its share of what goes wrong. */
const CRASHES_OFTENER_AT_MONEY = 20;
const LONGEST_REST_MS = 40 * 60_000;
/** Every two seconds and every thirty in the product: nothing but the database is kept waiting for it here. */
const ROUNDS = {
  busy: { wake: 40_000, chores: 8 * 60_000 },
  calm: { wake: 4 * 60_000, chores: 15 * 60_000 },
};
/** The last writes are told where there should have been none. */
const WRITES_TOLD = 100;

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
  const names = new Map<string, string>();
  for (const [connectionId, { name }] of accounts) names.set(name, connectionId);

  const visits = createDueActs();
  const wire: WireParts = {
    ...{ scheduler, accounts, counts },
    weather: () => weather,
    outages: new Map(),
    lateEffects: createDueActs(),
    onUnclear: (account, request, lateMs) => drawVisit(hands, { visits, counts }, account, request, lateMs),
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
  const onError = (error: unknown, what: string): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    violations.push(`"${what}" ended with an error: ${text}`);
  };
  const processes = createProcesses({
    ...{ shared, scheduler, counts, violations, connections, waiting, wire, onError },
    ...{ base: template.base, weather: () => weather, rounds: () => rounds },
  });
  const { observer, web, workers } = processes;
  processes.startWeb();
  for (let index = 0; index < weather.workers; index += 1) processes.startWorker();
  for (const account of accounts.values())
    account.buildium.outbox.behaviour.reorder = weather.eventsReordered;
  const arrivals: ArrivalParts = {
    ...{ scheduler, accounts, waiting, counts },
    weather: () => weather,
    web,
    onError,
  };

  const ACTIONS = actionsOf({
    ...{ hands, counts, outages: wire.outages, onError },
    jobOf: (account) => {
      const connectionId = names.get(account.name) ?? '';
      const job = web().jobs.get(connectionId);
      if (!job) throw new Error(`Nobody knows connection ${connectionId}`);
      return job;
    },
  });
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
    const crash = ofPush === null ? weather.crash : weather.crash * CRASHES_OFTENER_AT_MONEY;
    if (isEngine && random.next() < crash) {
      const engine = [...workers, web()].find((candidate) => candidate === gate.process);
      if (engine) {
        const kind = engine === web() ? 'web' : 'worker';
        count(counts, 'crashes', `${kind}: before ${gate.label}`);
        count(counts, 'crash kinds', crashKind(kind, gate.label));
        if (ofPush !== null) count(counts, 'steps of a push', ofPush);
        processes.die(kind, engine);
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
    if (wire.lateEffects.carryOut(nowMs)) {
      scheduler.trace('a late effect lands');
      return true;
    }
    if (visits.carryOut(nowMs)) return true;
    if (processes.startDue()) return true;
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
      wire.lateEffects.nextMs(),
      visits.nextMs(),
      processes.nextStartMs(),
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
    [...workers, web()].every(({ running }) => running === 0) &&
    wire.lateEffects.nextMs() === null;

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
      visits.clear();
      for (const account of accounts.values()) {
        account.buildium.outbox.behaviour.reorder = false;
        unpauseMost(hands, account);
      }
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
