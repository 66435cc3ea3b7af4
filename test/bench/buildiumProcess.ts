import { resourceNamed, ROOT_RESOURCES } from '../../shared/resources/index.ts';
import { buildiumReader } from '../../server/sandbox/bothSidesBuildium.ts';
import { startBuildiumSimulator, type BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { actAsPerson } from '../../server/sandbox/buildium/person.ts';
import type { Seed } from '../../server/sandbox/buildium/seed.ts';
import { serveCalls } from './childProcess.ts';
import { simulatorsClock, type SharedTime } from './sharedTime.ts';

export type BuildiumAccount = { url: string; clientId: string; clientSecret: string; accountId: number };

/** Simulated Buildium in a process of its own, with as many accounts as there are seeds. */
const accounts: BuildiumSimulator[] = [];

type StartInput = {
  time: SharedTime;
  seeds: Seed[];
  /** Median of the answers in simulated milliseconds. */
  latencyMs: number | null;
  webhookLagMs: number | null;
  /** Charges are added until each of the seed's months has so many transactions. */
  transactionsAMonth: number | null;
};

async function start(input: StartInput): Promise<BuildiumAccount[]> {
  const { time, seeds, latencyMs, webhookLagMs, transactionsAMonth } = input;
  const clock = simulatorsClock(time);
  for (const [index, seed] of seeds.entries()) {
    const names = { clientId: `bench-${index}`, accountId: 600_000 + index };
    const options = { ...names, clock, seed, latencyMs, webhookLagMs, randomSeed: index + 1 };
    const account = await startBuildiumSimulator(options);
    if (transactionsAMonth !== null) fillMonths(account, transactionsAMonth);
    accounts.push(account);
  }
  return accounts.map(keysOf);
}

function keysOf({ url, clientId, clientSecret, accountId }: BuildiumSimulator): BuildiumAccount {
  return { url, clientId, clientSecret, accountId };
}

/** Small charges beside the seed's rent, as laundries and parking make them; nobody is told of them yet. */
function fillMonths({ world, clock }: BuildiumSimulator, transactionsAMonth: number): void {
  const tenanted = [...world.records.leases.values()].filter((lease) => lease.tenants.length > 0);
  const months = Map.groupBy(world.records.transactions.values(), ({ date }) => date.slice(0, 7));
  const rentMonths = [...months].filter(([, { length }]) => length > tenanted.length);
  for (const [month, { length }] of rentMonths) {
    for (let count = length; count < transactionsAMonth; count += 1) {
      const leaseId = tenanted[count % tenanted.length]?.id;
      const charge = { leaseId, amount: 5 + (count % 40), date: `${month}-02`, memo: 'Laundry' };
      const { status, body } = actAsPerson(world, { action: 'postCharge', ...charge }, clock.nowMs());
      if (status !== 200) throw new Error(`A charge was refused: ${JSON.stringify(body)}`);
    }
  }
}

function account(index: number): BuildiumSimulator {
  const found = accounts[index];
  if (!found) throw new Error(`There is no account ${index}`);
  return found;
}

async function control(index: number, route: string, content: object): Promise<void> {
  const body = JSON.stringify(content);
  const answer = await fetch(`${account(index).url}/__control/${route}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`The simulator refused ${body}: ${await answer.text()}`);
}

/** The ids that should have a row, by resource. */
function entityIds({ world, clock }: BuildiumSimulator): Record<string, string[]> {
  const reader = buildiumReader(world.records, clock.nowMs(), {
    timeZone: 'America/New_York',
    nightly: false,
  });
  const ids: Record<string, string[]> = {};
  for (const resource of ROOT_RESOURCES) {
    const wires = reader.all(resource).filter((wire) => !resource.outOfScope?.(wire));
    ids[resource.name] = wires.map((wire) => resource.idOf(wire));
    for (const part of resource.parts ?? []) {
      const rows = resourceNamed(part.resource);
      ids[part.resource] = wires.flatMap((wire) => (part.of(wire) ?? []).map((row) => rows.idOf(row)));
    }
  }
  return ids;
}

type At = { index: number };

const calls = {
  start,
  account: ({ index }: At): BuildiumAccount => keysOf(account(index)),
  setWebhook: ({ index, subscription }: At & { subscription: { url: string; secret: string } | null }) =>
    account(index).setWebhook(subscription),
  /** What a person does at Buildium's screens, many times at once; webhooks go out when something wakes them. */
  act: ({ index, actions }: At & { actions: Record<string, unknown>[] }): void => {
    const { world, clock } = account(index);
    for (const action of actions) {
      const { status, body } = actAsPerson(world, action, clock.nowMs());
      if (status !== 200) throw new Error(`${JSON.stringify(action)} was refused: ${JSON.stringify(body)}`);
    }
  },
  /** One action, its webhook sent after the usual lag. */
  actAndDeliver: ({ index, action }: At & { action: Record<string, unknown> }) =>
    control(index, 'person', action),
  /** Events fired meanwhile wait; letting go delivers all at once. */
  holdWebhooks: ({ index, hold }: At & { hold: boolean }) =>
    control(index, 'faults', { webhooks: { hold, lagMs: 0 } }),
  /** Events that wait for their first delivery. */
  undelivered: ({ index }: At): number => account(index).world.outbox.unsettled,
  deliveredBodies: ({ index }: At): string[] =>
    account(index)
      .world.outbox.log.filter(({ outcome }) => outcome === 'delivered')
      .map(({ body }) => body),
  leases: ({ index }: At): number[] => [...account(index).world.records.leases.keys()],
  transactions: ({ index, kind }: At & { kind?: string }): number[] =>
    [...account(index).world.records.transactions.values()]
      .filter((transaction) => kind === undefined || transaction.kind === kind)
      .map(({ id }) => id),
  unitsDescribed: ({ index, as }: At & { as: string }): number =>
    [...account(index).world.records.units.values()].filter(({ saved }) => saved.Description === as).length,
  entityIds: ({ index }: At): Record<string, string[]> => entityIds(account(index)),
  /** Calls since the start, by route. */
  calls: ({ index }: At): Record<string, number> => Object.fromEntries(account(index).world.calls),
};

export type BuildiumCalls = typeof calls;

serveCalls(calls, async () => {
  for (const simulator of accounts) await simulator.close();
});
