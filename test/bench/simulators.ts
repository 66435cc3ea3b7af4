import { startAirtableSimulator, type AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { differencesBetween } from '../../server/sandbox/bothSides.ts';
import { startBuildiumSimulator, type BuildiumSimulator } from '../../server/sandbox/buildium/index.ts';
import { actAsPerson } from '../../server/sandbox/buildium/person.ts';
import type { Seed } from '../../server/sandbox/buildium/seed.ts';
import { serveCalls } from './childProcess.ts';
import { simulatorsClock, type SharedTime } from './sharedTime.ts';

export type BuildiumAccount = { url: string; clientId: string; clientSecret: string; accountId: number };
export type AirtableBase = { url: string; token: string; baseId: string };

/** Both simulated services in a process of their own: one Airtable, and a Buildium account and base a pair. */
const running: { buildium: BuildiumSimulator[]; airtable: AirtableSimulator | null; baseIds: string[] } = {
  buildium: [],
  airtable: null,
  baseIds: [],
};

type StartInput = {
  time: SharedTime;
  seeds: Seed[];
  /** Median of the answers in simulated milliseconds. */
  latencyMs: number | null;
  webhookLagMs: number | null;
  /** Charges are added until each of the seed's months has so many transactions. */
  transactionsAMonth: number | null;
};

async function start({ time, seeds, latencyMs, webhookLagMs, transactionsAMonth }: StartInput): Promise<{
  accounts: BuildiumAccount[];
  bases: AirtableBase[];
}> {
  const clock = simulatorsClock(time);
  const airtable = await startAirtableSimulator({
    clock,
    latencyMs: latencyMs === null ? null : { median: latencyMs },
  });
  running.airtable = airtable;
  const bases: AirtableBase[] = [{ url: airtable.url, token: airtable.token, baseId: airtable.baseId }];
  while (bases.length < seeds.length) bases.push(addBase(airtable, bases.length));
  running.baseIds = bases.map((base) => base.baseId);
  for (const [index, seed] of seeds.entries()) {
    const names = { clientId: `bench-${index}`, accountId: 600_000 + index };
    const options = { ...names, clock, seed, latencyMs, webhookLagMs, randomSeed: index + 1 };
    const buildium = await startBuildiumSimulator(options);
    if (transactionsAMonth !== null) fillMonths(buildium, transactionsAMonth);
    running.buildium.push(buildium);
  }
  return {
    accounts: running.buildium.map(accountOf),
    bases,
  };
}

/** Small charges beside the seed's rent, as laundries and parking make them; nobody is told of them yet. */
function fillMonths({ world, clock }: BuildiumSimulator, transactionsAMonth: number): void {
  const leaseIds = [...world.records.leases.values()]
    .filter((lease) => lease.tenants.length > 0)
    .map(({ id }) => id);
  const months = Map.groupBy(world.records.transactions.values(), ({ date }) => date.slice(0, 7));
  const rentMonths = [...months].filter(([, { length }]) => length > leaseIds.length);
  for (const [month, { length }] of rentMonths) {
    for (let count = length; count < transactionsAMonth; count += 1) {
      const leaseId = leaseIds[count % leaseIds.length];
      const action = {
        action: 'postCharge',
        leaseId,
        amount: 5 + (count % 40),
        date: `${month}-02`,
        memo: 'Laundry',
      };
      const { status, body } = actAsPerson(world, action, clock.nowMs());
      if (status !== 200) throw new Error(`A charge was refused: ${JSON.stringify(body)}`);
    }
  }
}

function accountOf({ url, clientId, clientSecret, accountId }: BuildiumSimulator): BuildiumAccount {
  return { url, clientId, clientSecret, accountId };
}

/** A base of its own with a user of its own, as another customer has them. */
function addBase({ world, url }: AirtableSimulator, index: number): AirtableBase {
  const user = world.addUser({ email: `bench${index}@mail.example`, name: `Bench ${index}` });
  const [workspaceId = ''] = world.workspaces;
  const base = world.addBase({ name: `Bench ${index}`, workspaceId, ownerId: user.id });
  return { url, token: world.addToken({ userId: user.id }).secret, baseId: base.id };
}

/** A base has a table before anybody makes one. */
async function withFirstTable(base: AirtableBase): Promise<AirtableBase> {
  const body = JSON.stringify({ name: 'Table 1', fields: [{ name: 'Name', type: 'singleLineText' }] });
  const headers = { authorization: `Bearer ${base.token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${base.url}/v0/meta/bases/${base.baseId}/tables`, {
    method: 'POST',
    headers,
    body,
  });
  if (!answer.ok) throw new Error(`The base's first table could not be made: ${await answer.text()}`);
  return base;
}

function pair(index: number): { buildium: BuildiumSimulator; airtable: AirtableSimulator; baseId: string } {
  const buildium = running.buildium[index];
  const baseId = running.baseIds[index];
  if (!buildium || !running.airtable || baseId === undefined) throw new Error(`There is no pair ${index}`);
  return { buildium, airtable: running.airtable, baseId };
}

const calls = {
  start,
  /** One more base without a Buildium account. */
  newBase: (_: null): Promise<AirtableBase> => {
    if (!running.airtable) throw new Error('Airtable is not started');
    return withFirstTable(addBase(running.airtable, running.airtable.world.bases.size));
  },
  setWebhook: ({ index, url, secret }: { index: number; url: string; secret: string }) =>
    pair(index).buildium.setWebhook({ url, secret }),
  /** What a person does in Buildium, many times at once and outside the API's limit. */
  act: ({
    index,
    actions,
  }: {
    index: number;
    actions: Record<string, unknown>[];
  }): Record<string, unknown>[] => {
    const { buildium } = pair(index);
    return actions.map((action) => {
      const { status, body } = actAsPerson(buildium.world, action, buildium.clock.nowMs());
      if (status !== 200)
        throw new Error(`A person could not ${String(action['action'])}: ${JSON.stringify(body)}`);
      return body as Record<string, unknown>;
    });
  },
  /** One action at Buildium's screens, its webhook sent after the usual lag. */
  actAndDeliver: async ({ index, action }: { index: number; action: Record<string, unknown> }) => {
    const { url } = pair(index).buildium;
    const answer = await fetch(`${url}/__control/person`, { method: 'POST', body: JSON.stringify(action) });
    if (!answer.ok) throw new Error(`A person could not ${String(action['action'])}: ${await answer.text()}`);
  },
  /** Events fired meanwhile wait; releasing them delivers all at once. */
  holdWebhooks: async ({ index, hold }: { index: number; hold: boolean }) => {
    const { url } = pair(index).buildium;
    const body = JSON.stringify({ webhooks: { hold, lagMs: 0 } });
    await fetch(`${url}/__control/faults`, { method: 'POST', body });
  },
  deliveries: ({
    index,
  }: {
    index: number;
  }): { body: string; eventName: string; atMs: number; outcome: string }[] =>
    pair(index).buildium.world.outbox.log.map(({ body, eventName, atMs, outcome }) => ({
      ...{ body, eventName, atMs, outcome },
    })),
  /** Events that wait for their first delivery. */
  undelivered: ({ index }: { index: number }): number => pair(index).buildium.world.outbox.unsettled,
  account: ({ index }: { index: number }): BuildiumAccount => accountOf(pair(index).buildium),
  leases: ({ index }: { index: number }): number[] => [...pair(index).buildium.world.records.leases.keys()],
  transactions: ({ index }: { index: number }): number[] => [
    ...pair(index).buildium.world.records.transactions.keys(),
  ],
  payments: ({ index }: { index: number }): number[] =>
    [...pair(index).buildium.world.records.transactions.values()]
      .filter(({ kind }) => kind === 'Payment')
      .map(({ id }) => id),
  /** Rows in a base's tables, by table name. */
  rows: ({ index }: { index: number }): Record<string, number> => {
    const { airtable, baseId } = pair(index);
    const tables = airtable.world.bases.get(baseId)?.tables ?? [];
    return Object.fromEntries(tables.map(({ name, rows }) => [name, rows.size]));
  },
  /** Calls since the start, by kind and by status. */
  airtableCalls: (_: null): { byKind: Record<string, number>; rateLimited: number } => {
    const counted = running.airtable?.world.calls;
    return {
      byKind: Object.fromEntries(counted?.byKind ?? []),
      rateLimited: counted?.byStatus.get(429) ?? 0,
    };
  },
  buildiumCalls: ({ index }: { index: number }): { byRoute: Record<string, number>; rateLimited: number } => {
    const { world } = pair(index).buildium;
    return { byRoute: Object.fromEntries(world.calls), rateLimited: world.statuses.get(429) ?? 0 };
  },
  differences: async ({ index, resources }: { index: number; resources?: string[] }): Promise<string[]> => {
    const { buildium, airtable, baseId } = pair(index);
    const sides = { buildium, airtable: { world: airtable.world, clock: airtable.clock, baseId } };
    return (await differencesBetween(sides, resources ? { resources } : {})).slice(0, 20);
  },
};

export type SimulatorCalls = typeof calls;

serveCalls(calls, async () => {
  for (const buildium of running.buildium) await buildium.close();
  await running.airtable?.close();
});
