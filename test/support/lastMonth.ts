import { addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import type { ApiResponse } from '../../shared/api.ts';
import { replaceDistributionRules } from '../../server/db/distributionRules.ts';
import { replaceManagedPeriods, replaceOwnership } from '../../server/db/ownership.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { sharesOf, startMoney, type Money } from './money.ts';

export type Results = ApiResponse<'readCalculationResults'>;

/** A distribution rule that holds for everybody, but for what it says. */
export const EVERYBODY = { ruleId: 'rec1', position: 1, ownerId: null, propertyId: null, enteredBy: 'Priya' };

/** The story's books, the month before today in them, and what people do with it. */
export type LastMonth = {
  money: Money;
  job: Job;
  /** As people name it: 2026-10. */
  month: string;
  period: { from: string; to: string };
  property: Record<'Harbor View' | 'Maple' | 'Cedar', number>;
  /** The same books before every test. */
  reset(): Promise<void>;
  resultsOf(calculationId: string): Promise<Results>;
  thisMonth(): string;
  /** Two owners of Harbor View: the second one's share in millionths. */
  halves(second: number): ReturnType<typeof sharesOf>;
  /** An owner who sold the last property. */
  withoutProperty(): number;
  /** A lease that was charged rent in the month. */
  someLease(): number;
  /** A check to the owner, as an accountant writes it. */
  payDraw(draw: { propertyId: number; ownerId: number; drawCents: number }, day?: string): Promise<void>;
  close(): Promise<void>;
};

export async function openLastMonth(): Promise<LastMonth> {
  const money = await startMoney();
  const job = await money.job();
  const { world } = money.network.buildium;
  const from = firstDayOfMonth(addMonths(todayIn(job), -1));
  const idOf = (name: string) => propertyCalled(money, name);
  const halves = (second: number) => sharesOf(money, 'Harbor View', second);
  return {
    money,
    job,
    month: from.slice(0, 7),
    period: { from, to: lastDayOfMonth(from) },
    property: { 'Harbor View': idOf('Harbor View'), Maple: idOf('Maple'), Cedar: idOf('Cedar') },
    reset: async () => {
      world.reset('story', money.network.simulatorClock.nowMs());
      await replaceOwnership(money.database, job.connectionId, halves(500_000));
      await replaceManagedPeriods(money.database, job.connectionId, []);
      await replaceDistributionRules(money.database, job.connectionId, [], new Date().toISOString());
      await money.ask('changeConnection', { body: { settings: { approvalBySecondPerson: false } } });
      // Approvals of one test would bind the next one's draws.
      for (const table of ['carried_differences', 'approved_draws', 'calculation_approvals'])
        await money.database.execute(`delete from ${table} where connection_id = $1`, [job.connectionId]);
    },
    resultsOf: (calculationId) => money.ask('readCalculationResults', { params: { calculationId } }),
    thisMonth: () => todayIn(job).slice(0, 7),
    halves,
    withoutProperty: () => {
      const [owner] = [...world.records.owners.values()].slice(-1);
      if (!owner) throw new Error('The story has no owners');
      owner.saved.PropertyIds = [];
      return owner.id;
    },
    someLease: () => {
      const found = [...world.records.transactions.values()].find(
        (one) => one.kind === 'Charge' && one.date === from,
      );
      if (found?.kind !== 'Charge') throw new Error('The story charged no rent last month');
      return found.leaseId;
    },
    payDraw: (draw, day = todayIn(job)) => payDraw(money, draw, day),
    close: () => money.close(),
  };
}

function propertyCalled({ network }: Money, name: string): number {
  const all = [...network.buildium.world.records.properties.values()];
  const found = all.find(({ saved }) => saved.Name.startsWith(name));
  if (!found) throw new Error(`The story has no property called ${name}`);
  return found.id;
}

async function payDraw(
  money: Money,
  draw: { propertyId: number; ownerId: number; drawCents: number },
  day: string,
): Promise<void> {
  const { bankAccounts, glAccounts } = money.network.buildium.world.records;
  const account = [...glAccounts.values()].find(
    ({ defaultAccountName }) => defaultAccountName === 'Owner Draw',
  );
  await money.post(`/v1/bankaccounts/${[...bankAccounts.keys()][0]}/checks`, {
    Payee: { Id: draw.ownerId, Type: 'RentalOwner' },
    EntryDate: day,
    Lines: [
      {
        GLAccountId: account?.id,
        AccountingEntity: { Id: draw.propertyId, AccountingEntityType: 'Rental' },
        Amount: draw.drawCents / 100,
      },
    ],
  });
}
