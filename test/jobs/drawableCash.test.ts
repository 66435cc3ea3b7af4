import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { replaceBankAccountUses, type BankAccountUse } from '../../server/db/bankAccountUses.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { propertyOfLease } from '../../server/sandbox/buildium/lookups.ts';
import { SECURITY_DEPOSIT_LIABILITY } from '../../server/sandbox/buildium/postings.ts';
import { sharesOf, startMoney, type Money } from '../support/money.ts';

let money: Money;
let job: Job;
let monthEnd: string;

beforeAll(async () => {
  money = await startMoney();
  job = await money.job();
  monthEnd = lastDayOfMonth(firstDayOfMonth(addMonths(todayIn(job), -1)));
});
afterAll(() => money.close());
/** The same books before every test. */
beforeEach(async () => {
  money.network.buildium.world.reset('story', money.network.simulatorClock.nowMs());
  await replaceOwnership(money.database, job.connectionId, sharesOf(money, 'Harbor View'));
});

test('a debit balance on a current liability raises no draw, and is said', async () => {
  const propertyId = propertyCalled('Maple');
  const before = await calculated();
  const clearing = await money.post('/v1/glaccounts', {
    ...{ Name: 'Clearing', SubType: 'CurrentLiability', AccountNumber: '2900' },
  });
  await money.post('/v1/generalledger/journalentries', {
    AccountingEntity: { Id: propertyId, AccountingEntityType: 'Rental', UnitId: null },
    Date: monthEnd,
    Memo: 'Of the owner',
    Lines: [
      { GLAccountId: clearing.Id, PostingType: 'Debit', Amount: 500 },
      { GLAccountId: accountCalled('Owner Contribution'), PostingType: 'Credit', Amount: 500 },
    ],
  });
  const after = await calculated();
  expect(after.drawOf(propertyId)).toEqual(before.drawOf(propertyId));
  expect(after.findings).toContainEqual({
    check: 'negativeBalance',
    propertyId,
    severity: 'warn',
    message: expect.stringMatching(/^Clearing stands at -\$500\.00 .* adds nothing to what can be drawn/),
  });
});

test('marking the account of one property leaves the money of the others where it was', async () => {
  const { bankAccounts, properties } = money.network.buildium.world.records;
  const [maple, harborView] = [propertyCalled('Maple'), propertyCalled('Harbor View')];
  const before = await calculated();
  expect(before.drawOf(harborView)?.safeCashCents).toBeGreaterThan(0);
  const own = properties.get(harborView)?.saved.OperatingBankAccountId;
  const others = [...bankAccounts.keys()].find((bankAccountId) => bankAccountId !== own) ?? 0;
  properties.get(maple)!.saved.OperatingBankAccountId = others;
  await mark({ bankAccountId: others, use: 'operating', enteredBy: 'Priya' });
  const after = await calculated();
  await mark();
  expect(after.drawOf(harborView)).toEqual(before.drawOf(harborView));
});

test('a property in none of the marked accounts is named, where Buildium names none either', async () => {
  const { bankAccounts, properties } = money.network.buildium.world.records;
  const propertyId = propertyCalled('Maple');
  const own = properties.get(propertyId)?.saved.OperatingBankAccountId;
  const others = [...bankAccounts.keys()].find((bankAccountId) => bankAccountId !== own) ?? 0;
  properties.get(propertyId)!.saved.OperatingBankAccountId = 0;
  await mark({ bankAccountId: others, use: 'operating', enteredBy: 'Priya' });
  const { findings } = await calculated();
  await mark();
  const named = findings.filter(({ check }) => check === 'noOperatingAccount');
  expect(named.map((finding) => finding.propertyId)).toEqual([propertyId]);
});

test.each([
  ['by a check holds back nothing, and stops no calculation', 0, 15_000],
  // Of what a credit is part of, nobody knows how much is open: all of the rest is kept back.
  ['with a vendor’s credit counts as due', 100, 5_000 + 25_000],
])('a bill that is due later and partly paid %s', async (_what, credit, lessCents) => {
  const propertyId = propertyCalled('Maple');
  const { vendors, glAccounts, bankAccounts } = money.network.buildium.world.records;
  const [vendorId] = vendors.keys();
  const repairs = [...glAccounts.values()].find(({ saved }) => saved.Name === 'Repairs & Maintenance');
  const entity = { AccountingEntity: { Id: propertyId, AccountingEntityType: 'Rental' } };
  const before = await calculated();
  const bill = await money.post('/v1/bills', {
    ...{ VendorId: vendorId, Date: monthEnd, DueDate: addMonths(monthEnd, 3) },
    Lines: [{ ...entity, GlAccountId: repairs?.id, Amount: 400 }],
  });
  const [line] = (bill as unknown as { Lines: { Id: number }[] }).Lines;
  const credits = credit === 0 ? [] : [await vendorCredit(credit)];
  await money.post(`/v1/bills/${bill.Id}/payments`, {
    ...{ BankAccountId: [...bankAccounts.keys()][0], EntryDate: monthEnd, VendorCreditIds: credits },
    Lines: [{ BillLineId: line?.Id, Amount: 150 }],
  });
  const after = await calculated();
  const safeCashOf = ({ drawOf }: typeof before): number => drawOf(propertyId)?.safeCashCents ?? 0;
  expect(safeCashOf(before) - safeCashOf(after)).toBe(lessCents);

  async function vendorCredit(amount: number): Promise<number> {
    const given = { EntryDate: monthEnd, Lines: [{ ...entity, GLAccountId: repairs?.id, Amount: amount }] };
    return (await money.post(`/v1/vendors/${vendorId}/credits`, given)).Id;
  }
});

describe('an online payment that is not through yet', () => {
  const PREPAID = undefined;

  test.each([
    ['pays ahead', PREPAID],
    ['is a deposit', SECURITY_DEPOSIT_LIABILITY],
  ])(
    'and %s changes nothing of what can be drawn, and nothing once it is through',
    async (_what, account) => {
      const { propertyId, leaseIds } = leased();
      const before = await safeCashToday(propertyId);
      const { transactionId } = await payOnline(leaseIds[0], 1_000, account);
      expect(await safeCashToday(propertyId)).toBe(before);
      await money.inBuildium('onlinePaymentClears', { transactionId });
      expect(await safeCashToday(propertyId)).toBe(before);
    },
  );

  test('is the owners’ as far as it was charged, once it is through, and others’ money stays theirs', async () => {
    const { propertyId, leaseIds } = leased();
    const before = await safeCashToday(propertyId);
    const { transactionId } = await payOnline(leaseIds[0], 1_000, PREPAID);
    await money.inBuildium('recordRentPayment', { leaseId: leaseIds[1], amount: 500 });
    await money.inBuildium('postCharge', { leaseId: leaseIds[0], amount: 600 });
    expect(await safeCashToday(propertyId)).toBe(before);
    await money.inBuildium('onlinePaymentClears', { transactionId });
    expect(await safeCashToday(propertyId)).toBe(before + 60_000);
  });

  test('and lies in escrow takes nothing off the owners’ cash', async () => {
    const { propertyId, leaseIds } = leased();
    const { bankAccounts, properties } = money.network.buildium.world.records;
    const own = properties.get(propertyId)?.saved.OperatingBankAccountId;
    const bankAccountId = [...bankAccounts.keys()].find((each) => each !== own) ?? 0;
    await mark({ bankAccountId, use: 'escrow', enteredBy: 'Priya' });
    const before = await safeCashToday(propertyId);
    const { transactionId } = await payOnline(leaseIds[0], 1_000, SECURITY_DEPOSIT_LIABILITY);
    expect(await safeCashToday(propertyId)).toBe(before);
    await money.inBuildium('depositPayments', { bankAccountId, paymentIds: [transactionId] });
    const after = await safeCashToday(propertyId);
    await mark();
    expect(after).toBe(before);
  });

  const payOnline = (leaseId: number | undefined, amount: number, glAccountId: number | undefined) =>
    money.inBuildium('payOnline', { leaseId, amount, ...(glAccountId === undefined ? {} : { glAccountId }) });

  async function safeCashToday(propertyId: number): Promise<number> {
    const { drawOf } = await calculated(todayIn(job).slice(0, 7));
    return drawOf(propertyId)?.safeCashCents ?? 0;
  }

  /** A property and two of its leases, on which nothing is open. */
  function leased(): { propertyId: number; leaseIds: number[] } {
    const world = money.network.buildium.world.records;
    const propertyId = propertyCalled('Harbor View');
    const settled = [...world.leases.values()].filter(
      (lease) =>
        propertyOfLease(world, lease).id === propertyId &&
        world.ledger.leaseBalance(lease.id, null).openItems.every(({ openCents }) => openCents === 0),
    );
    expect(settled.length).toBeGreaterThan(1);
    return { propertyId, leaseIds: settled.map(({ id }) => id) };
  }
});

async function mark(...uses: BankAccountUse[]): Promise<void> {
  const now = new Date().toISOString();
  await replaceBankAccountUses(money.database, job.connectionId, uses, now);
}

async function calculated(month = monthEnd.slice(0, 7)) {
  const { calculationId, findings } = await money.calculate({ month, basis: 'cash' });
  const { properties } = await money.ask('readCalculationResults', { params: { calculationId } });
  return {
    findings,
    drawOf: (propertyId: number) => {
      const draw = properties.find((one) => one.propertyId === propertyId)?.draw;
      return draw && { safeCashCents: draw.safeCashCents, owners: draw.owners };
    },
  };
}

function propertyCalled(name: string): number {
  const all = [...money.network.buildium.world.records.properties.values()];
  const found = all.find(({ saved }) => saved.Name.startsWith(name));
  if (!found) throw new Error(`The story has no property called ${name}`);
  return found.id;
}

function accountCalled(name: string): number {
  const all = [...money.network.buildium.world.records.glAccounts.values()];
  const found = all.find(({ defaultAccountName }) => defaultAccountName === name);
  if (!found) throw new Error(`The story has no account called ${name}`);
  return found.id;
}
