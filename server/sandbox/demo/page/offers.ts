import { formatCents } from '../../../../shared/money.ts';
import { monthlyRentCents, leaseStatus } from '../../buildium/leaseTerms.ts';
import type { GlAccount, World } from '../../buildium/state.ts';
import { totalCents } from '../../buildium/transactions.ts';
import { paidCents } from '../../buildium/resources/billBalances.ts';
import { shownTotalCents } from '../../buildium/resources/glTransactions.ts';
import {
  billStatus,
  billsOf,
  newestFirst,
  owedCents,
  personName,
  tenantNames,
  unitName,
} from './buildiumView.ts';
import type { Offers, Option } from './view.ts';

/** What people can choose from in the forms, with the amount that one would most likely type. */
export function offersOf(world: World, today: string): Offers {
  // Whoever owes the most comes first.
  const active = [...world.leases.values()]
    .filter((lease) => leaseStatus(lease, today) === 'Active')
    .sort((a, b) => owedCents(world, b.id, today) - owedCents(world, a.id, today));
  return {
    leases: active.map(({ id, saved, tenants }): Option => {
      const owed = owedCents(world, id, today);
      const rent = monthlyRentCents(world, id, today) ?? 0;
      const names = tenantNames(
        world,
        tenants.map(({ tenantId }) => tenantId),
      );
      const owes = owed > 0 ? ` — owes ${formatCents(owed)}` : '';
      const label = `${unitName(world, saved.UnitId)} · ${names}${owes}`;
      return { id: String(id), label, defaults: { amount: dollars(owed > 0 ? owed : rent) } };
    }),
    units: [...world.units.values()].map(({ id, saved }) => ({
      id: String(id),
      label: `${unitName(world, id)} — ${formatCents(saved.MarketRent ?? 0)}`,
      defaults: { marketRent: dollars((saved.MarketRent ?? 0) + 5_000) },
    })),
    bills: billsOf(world)
      .filter((bill) => billStatus(world, bill) !== 'Paid')
      .map((bill) => ({
        id: String(bill.id),
        label: `${bill.referenceNumber ?? bill.id} · ${bill.memo ?? ''} — ${formatCents(totalCents(bill.lines) - paidCents(world, bill))}`,
      })),
    vendors: [...world.vendors.values()].map(({ id, saved }) => ({
      id: String(id),
      label: personName(saved),
    })),
    accounts: expenseAccounts(world),
    tenants: [...world.tenants.values()].map(({ id, saved }) => ({
      id: String(id),
      label: personName(saved),
      defaults: { phone: saved.PhoneNumbers?.Mobile ?? '' },
    })),
    owners: [...world.owners.values()].map(({ id, saved }) => ({
      id: String(id),
      label: personName(saved),
      defaults: { comment: saved.Comment ?? '' },
    })),
    transactions: newestFirst(world.transactions.values())
      .filter(({ kind }) => kind === 'Charge' || kind === 'Payment')
      .slice(0, 30)
      .map((one) => ({
        id: String(one.id),
        label: `${one.kind} of ${formatCents(shownTotalCents(world, one))} on ${one.date}${one.memo ? ` · ${one.memo}` : ''}`,
      })),
  };
}

/** Kinds of repairs first: most bills are for one. */
function expenseAccounts(world: World): Option[] {
  const rank = (account: GlAccount): string =>
    `${account.saved.ParentGLAccountId == null ? 1 : 0} ${account.saved.Name}`;
  return [...world.glAccounts.values()]
    .filter(({ saved, isBankAccount }) => saved.SubType === 'OperatingExpenses' && !isBankAccount)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(({ id, saved }) => ({ id: String(id), label: saved.Name }));
}

function dollars(cents: number): string {
  return (cents / 100).toFixed(2);
}
