import { addDays } from '../../../shared/dates.ts';
import { plannedTransactions } from '../../../shared/planned/columns.ts';
import { placesIn } from '../bothSidesAirtable.ts';
import type { Stage } from './stage.ts';

/** A few rows that a property manager has planned, so that there is something to push; the last one lacks its date. */
export async function planSomething({ network, people }: Stage): Promise<void> {
  const { world, baseId } = network.airtable;
  const base = world.bases.get(baseId);
  if (!base) return;
  const places = placesIn(base);
  const rowsOf = (resource: string) => [
    ...(base.tableById(places.get(resource)?.tableId ?? '')?.rows.values() ?? []),
  ];
  const leases = rowsOf('leases').map(({ id }) => id);
  const accountName = places.get('glAccounts')?.fieldIds.get('name') ?? '';
  const rent = rowsOf('glAccounts').find(({ cells }) => cells.get(accountName) === 'Rent Income');
  if (leases.length < 3 || !rent) return;
  const today = new Date(network.simulatorClock.nowMs()).toISOString().slice(0, 10);
  const plan = (name: string, lease: number, amount: number, more: Record<string, unknown>) => ({
    fields: {
      ...{ Plan: name, Kind: 'Lease charge', Amount: amount, Memo: name },
      ...{ Lease: [leases[lease]], 'GL Account': [rent.id], ...more },
    },
  });
  const records = [
    plan('Lost key', 0, 75, { Date: today }),
    plan('Late fee', 1, 50, { Date: today }),
    plan('Parking, next month', 2, 120, { Date: addDays(today, 14) }),
    plan('Pet rent', 1, 35, {}),
  ];
  await people.inAirtable('createRecords', { table: plannedTransactions.table, records });
}
