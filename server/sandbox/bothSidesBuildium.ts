import { DateTime } from 'luxon';
import type { AnyResource } from '../../shared/resources/define.ts';
import { Query } from './buildium/query.ts';
import { findRoute } from './buildium/routes.ts';
import type { World } from './buildium/state.ts';

/** Buildium's JSON of one entity. */
type Wire = Record<string, unknown>;

const entitiesOf: Record<string, (world: World) => Iterable<number>> = {
  glAccounts: (world) => world.glAccounts.keys(),
  bankAccounts: (world) => world.bankAccounts.keys(),
  properties: (world) => world.properties.keys(),
  units: (world) => world.units.keys(),
  owners: (world) => world.owners.keys(),
  tenants: (world) => world.tenants.keys(),
  vendors: (world) => world.vendors.keys(),
  leases: (world) => world.leases.keys(),
  bills: (world) => ofKind(world, 'Bill'),
  transactions: (world) => world.transactions.keys(),
};

function ofKind(world: World, kind: string): number[] {
  return [...world.transactions.values()]
    .filter((transaction) => transaction.kind === kind)
    .map(({ id }) => id);
}

export type BuildiumReader = {
  /** Every entity of a resource that has reads of its own, as its single GET shows it, with its further reads. */
  all(resource: AnyResource): Wire[];
  /** One entity as its single GET shows it; null when there is none. */
  one(resource: AnyResource, entityId: string): Wire | null;
};

/**
 * Reads simulated Buildium as its endpoints answer, past keys, limits, faults and counters: ids come from the world
 * itself and not from a list, so that a row missed by our paging or filters is found missing.
 */
export function buildiumReader(
  world: World,
  nowMs: number,
  options: { timeZone: string; nightly: boolean },
): BuildiumReader {
  const today = DateTime.fromMillis(nowMs, { zone: options.timeZone }).toISODate() ?? '';
  const read = (path: string, params = new URLSearchParams()): unknown => {
    const match = findRoute('GET', path);
    if (match === null || match === 'method not allowed')
      throw new Error(`Simulated Buildium has no GET ${path}`);
    const id = (name: string): number => match.ids[name] ?? 0;
    const utcDay = new Date(nowMs).toISOString().slice(0, 10);
    const call = { world, nowMs, today: utcDay, query: new Query(params), params, id };
    const answer = match.route.handle(call, null);
    return answer.status === 200 ? answer.body : null;
  };
  const balances = (): Map<number, number> => {
    const query = { accountingbasis: 'Accrual', asofdate: today, limit: '1000' };
    const rows = (read('/v1/glaccounts/balances', new URLSearchParams(query)) ?? []) as {
      TotalBalance: number;
      GLAccount: { Id: number };
    }[];
    return new Map(rows.map((row) => [row.GLAccount.Id, row.TotalBalance]));
  };
  return {
    one: (resource, entityId) => read(resource.read?.one(entityId) ?? '') as Wire | null,
    all: (resource) => {
      const balanceOf = resource.read?.balances ? balances() : null;
      return [...(entitiesOf[resource.name]?.(world) ?? [])].flatMap((entityId) => {
        const wire = read(resource.read?.one(String(entityId)) ?? '') as Wire | null;
        if (wire === null) return [];
        const complete = { ...wire };
        if (resource.read?.balances) complete[resource.read.balances.key] = balanceOf?.get(entityId) ?? 0;
        for (const extra of resource.read?.extras ?? []) {
          if (extra.when === 'nightly' && !options.nightly) continue;
          complete[extra.key] = read(extra.path(String(entityId)), new URLSearchParams({ limit: '1000' }));
        }
        return [complete];
      });
    },
  };
}
