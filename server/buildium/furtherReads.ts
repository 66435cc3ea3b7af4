import type { PlainDate } from '../../shared/dates.ts';
import type { AnyResource, ExtraRead } from '../../shared/resources/define.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { CallFailure } from '../callFailure.ts';
import type { BuildiumClient, CallOptions } from './client.ts';

/** Buildium's JSON of one entity, further reads laid in. */
export type Wire = Record<string, unknown>;

/** What is read of an entity besides itself depends on when it is read. */
type When = { today: PlainDate; nightly: boolean };

/**
 * Lays further reads into the wires: one request an entity, or one for all of them.
 * @returns an answer for each wire, in their order.
 */
export async function withExtras(
  client: BuildiumClient,
  resource: AnyResource,
  wires: readonly Wire[],
  scope: When,
  options: CallOptions,
): Promise<Result<Result<Wire, CallFailure>[], CallFailure>> {
  const balances =
    wires.length > 0 && resource.read?.balances ? await readBalances(client, scope.today, options) : null;
  if (balances && !balances.ok) return balances;
  const extras = extrasOf(resource, scope);
  const all = await Promise.all(
    wires.map(async (wire): Promise<Result<Wire, CallFailure>> => {
      const completed = { ...wire };
      if (balances && resource.read?.balances) {
        completed[resource.read.balances.key] = balances.value.get(Number(wire['Id'])) ?? 0;
      }
      for (const extra of extras) {
        if (extra.needed?.(wire) === false) continue;
        const answer = await client.get(extra.path(resource.idOf(wire)), {}, options);
        // Deleted between the two reads: the next look finds that out.
        if (!answer.ok && answer.error.kind !== 'notFound') return err(answer.error);
        if (answer.ok) completed[extra.key] = answer.value;
      }
      return ok(completed);
    }),
  );
  return ok(all);
}

export function extrasOf(resource: AnyResource, scope: When): ExtraRead[] {
  return (resource.read?.extras ?? []).filter((extra) => extra.when === 'always' || scope.nightly);
}

async function readBalances(
  client: BuildiumClient,
  today: PlainDate,
  options: CallOptions,
): Promise<Result<Map<number, number>, CallFailure>> {
  const query = { accountingbasis: 'Accrual', asofdate: today };
  const list = await client.list('/v1/glaccounts/balances', { ...query, orderby: undefined }, options);
  if (!list.ok) return list;
  const rows = list.value.items as { TotalBalance?: number; GLAccount?: { Id?: number } | null }[];
  return ok(new Map(rows.map((row) => [row.GLAccount?.Id ?? 0, row.TotalBalance ?? 0])));
}

/**
 * One entity whose further read fails is left out by itself. Where all of several fail the read as such is at fault, and
 * a side that is away shows nothing of any.
 */
export function shownOf(
  resource: AnyResource,
  when: When,
  part: readonly Wire[],
  completed: readonly Result<Wire, CallFailure>[],
): Result<{ wires: Wire[]; refused: ReadonlyMap<string, CallFailure> }, CallFailure> {
  const wires: Wire[] = [];
  const refused = new Map<string, CallFailure>();
  for (const [at, wire] of part.entries()) {
    const whole = completed[at];
    if (whole?.ok) wires.push(whole.value);
    else if (whole) refused.set(resource.idOf(wire), whole.error);
  }
  const failures = [...refused.values()];
  const extras = extrasOf(resource, when);
  const answered = wires.filter((wire) => extras.some(({ needed }) => needed?.(wire) !== false));
  const isOfAll = failures.length > 1 && answered.length === 0;
  const failed = isOfAll ? failures[0] : failures.find(({ kind }) => !MAY_BE_OF_ONE.has(kind));
  return failed ? err(failed) : ok({ wires, refused });
}

/** A refusal of the key or for rate is never about one entity. */
const MAY_BE_OF_ONE: ReadonlySet<CallFailure['kind']> = new Set([
  'forbidden',
  'invalid',
  'conflict',
  'unavailable',
  'breaksContract',
]);
