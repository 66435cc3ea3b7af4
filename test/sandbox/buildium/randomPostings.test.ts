import { expect, test } from '@jest/globals';
import { actAsPerson } from '../../../server/sandbox/buildium/person.ts';
import { Ledger, type LedgerSlice } from '../../../server/sandbox/buildium/ledger.ts';
import { entityKey, type Basis } from '../../../server/sandbox/buildium/postings.ts';
import { paidByLine } from '../../../server/sandbox/buildium/resources/billBalances.ts';
import type { World } from '../../../server/sandbox/buildium/state.ts';
import { seededRandom, type Random } from '../../../server/sandbox/random.ts';
import { Account, ADDRESS, type WithId } from './account.ts';
import { entity, portfolio, type Portfolio } from './portfolio.ts';

const INCOME = [3, 8, 13];
const EXPENSES = [109, 112, 14];

/** One random request; most are accepted, some refused by a rule, and both must leave the books right. */
function act(random: Random, at: Portfolio): void {
  const { account, leaseId } = at;
  const lease = `/v1/leases/${leaseId}`;
  const day = `2026-${String(random.integer(1, 11)).padStart(2, '0')}-${String(random.integer(1, 28)).padStart(2, '0')}`;
  const amount = random.integer(1, 90_000) / 100;
  const income = random.pick(INCOME);
  const some = (kind: string): number => {
    const found = [...account.world.records.transactions.values()].filter(
      (transaction) => transaction.kind === kind,
    );
    return found.length === 0 ? 1 : random.pick(found).id;
  };
  const payment = { Date: day, PaymentMethod: 'Cash', SendEmailReceipt: false };
  const steps: (() => unknown)[] = [
    () =>
      account.post(`${lease}/charges`, {
        Date: day,
        Lines: [{ GLAccountId: random.pick([...INCOME, 5]), Amount: amount }],
      }),
    () =>
      account.post(`${lease}/payments`, {
        ...payment,
        Lines: [{ GLAccountId: random.pick([...INCOME, 5, 18]), Amount: amount }],
      }),
    () => account.post(`${lease}/autoallocatedpayments`, { ...payment, TotalAmount: amount }),
    () =>
      account.post(`${lease}/credits`, {
        Date: day,
        CreditType: 'WaiveUnpaid',
        Lines: [{ GlAccountId: income, Amount: amount }],
      }),
    () =>
      account.post(`${lease}/credits`, {
        Date: day,
        CreditType: 'Exchange',
        OffsettingGLAccountId: 109,
        Lines: [{ GlAccountId: income, Amount: amount }],
      }),
    () =>
      account.post(`${lease}/refunds`, {
        Date: day,
        PayeeUserIds: [at.tenantId],
        BankAccountId: 701,
        Address: ADDRESS,
        Lines: [
          {
            GLAccountId: random.pick([5, 18]),
            Amount: amount / 10 < 0.01 ? 0.01 : Math.round(amount * 10) / 100,
          },
        ],
      }),
    () =>
      account.post(`${lease}/applieddeposits`, {
        EntryDate: day,
        DepositLiabilityGLAccountId: 5,
        Lines: [{ GLAccountId: income, Amount: amount }],
      }),
    () =>
      account.post('/v1/bankaccounts/701/deposits', {
        EntryDate: day,
        PaymentTransactionIds: [some('Payment')],
      }),
    () =>
      account.post(`${lease}/reversepayments`, {
        EntryDate: '2026-12-01',
        PaymentTransactionId: some('Payment'),
        NSFCharge: { GLAccountId: 13, TotalAmount: 35 },
      }),
    () =>
      account.post('/v1/bills', {
        Date: day,
        DueDate: '2026-12-31',
        VendorId: at.vendorId,
        Lines: [{ AccountingEntity: entity(at), GlAccountId: random.pick(EXPENSES), Amount: amount }],
      }),
    () => person(at, { action: 'payBill', billId: some('Bill') }),
    () =>
      account.post(`/v1/vendors/${at.vendorId}/credits`, {
        EntryDate: day,
        Lines: [{ GLAccountId: random.pick(EXPENSES), Amount: amount, AccountingEntity: entity(at) }],
      }),
    () =>
      account.post('/v1/bills/payments', {
        BankAccountId: 701,
        EntryDate: day,
        BillIds: [some('Bill')],
        VendorCreditIds: [some('VendorCredit')],
      }),
    () =>
      account.post('/v1/bankaccounts/701/quickdeposits', {
        EntryDate: day,
        OffsetGLAccountId: 10,
        Amount: amount,
        AccountingEntity: entity(at),
      }),
    () =>
      person(at, {
        action: 'editTransactionAmount',
        transactionId: random.pick([...account.world.records.transactions.keys(), 1]),
        amount,
      }),
    () =>
      person(at, {
        action: 'deleteTransaction',
        transactionId: random.pick([...account.world.records.transactions.keys(), 1]),
      }),
    () =>
      person(at, {
        action: 'editTransaction',
        transactionId: some('Charge'),
        glAccountId: income,
        date: day,
      }),
  ];
  const [postCharge] = steps;
  random.pick([...steps, postCharge, postCharge, postCharge, postCharge])?.();
}

function person(at: Portfolio, body: unknown): void {
  actAsPerson(at.account.world, body, at.account.nowMs);
}

const all = (basis: Basis): LedgerSlice => ({
  basis,
  glAccountIds: null,
  entities: null,
  from: null,
  to: null,
});

function trialBalances(world: World): Map<string, number> {
  const sums = new Map<string, number>();
  for (const basis of ['Accrual', 'Cash'] as const)
    for (const { transaction, posting } of world.ledger.entries(all(basis)))
      for (const key of [`${basis} ${entityKey(posting.entity)}`, `${basis} transaction ${transaction.id}`])
        sums.set(key, (sums.get(key) ?? 0) + posting.debitCents);
  return sums;
}

/** Net of some accounts, credits positive. */
function net(world: World, basis: Basis, glAccountIds: readonly number[]): number {
  const entries = world.ledger.entries({ ...all(basis), glAccountIds: new Set(glAccountIds) });
  return entries.reduce((sum, { posting }) => sum - posting.debitCents, 0);
}

function openCharges(world: World, accounts: readonly number[]): number {
  return [...world.leases.keys()]
    .flatMap((leaseId) => world.ledger.leaseBalance(leaseId, null).openItems)
    .filter((item) => accounts.includes(item.glAccountId))
    .reduce((sum, item) => sum + item.openCents, 0);
}

/** What is unpaid of bills, less credits that no payment has used. */
function openBills(world: World): number {
  let open = 0;
  for (const transaction of world.transactions.values()) {
    if (transaction.kind === 'Bill') {
      const paid = paidByLine(world, transaction);
      for (const line of transaction.lines) open += line.amountCents - (paid.get(line.id) ?? 0);
    }
    if (transaction.kind === 'VendorCredit' && transaction.billPaymentId === null)
      for (const line of transaction.lines) open -= line.amountCents;
  }
  return open;
}

const kindsSeen = new Set<string>();
let openSeen = 0;

const SEEDS = Array.from({ length: 12 }, (_, index) => 1000 + index);

test.each(SEEDS)('after random postings, edits and deletions the books are right (seed %i)', (seed) => {
  const random = seededRandom(seed);
  const account = new Account('empty');
  const places = [portfolio(account), portfolio(account)];
  for (let step = 0; step < 150; step += 1) act(random, random.pick(places));
  const world = account.world.records;

  for (const { kind } of world.transactions.values()) kindsSeen.add(kind);
  openSeen += openCharges(world, INCOME);
  const unbalanced = [...trialBalances(world)].filter(([, cents]) => cents !== 0);
  expect(unbalanced).toEqual([]);

  expect(net(world, 'Accrual', [1]) + openCharges(world, [...INCOME, 5])).toBe(0);
  expect(net(world, 'Cash', [1, 7])).toBe(0);
  expect(net(world, 'Accrual', [7])).toBe(openBills(world));
  expect(net(world, 'Accrual', INCOME) - net(world, 'Cash', INCOME)).toBe(openCharges(world, INCOME));
  expect(net(world, 'Cash', EXPENSES) - net(world, 'Accrual', EXPENSES)).toBe(openBills(world));

  const fromScratch = new Ledger(world);
  for (const transaction of world.transactions.values()) fromScratch.touch(transaction);
  for (const basis of ['Accrual', 'Cash'] as const) {
    const shown = (ledger: Ledger) =>
      ledger.entries(all(basis)).map(({ transaction, posting }) => [transaction.id, posting]);
    expect(shown(world.ledger)).toEqual(shown(fromScratch));
  }
});

test('the random postings above were of every kind, and left charges open', () => {
  const kinds = [
    'ApplyDeposit',
    'Bill',
    'BillPayment',
    'Charge',
    'Credit',
    'Deposit',
    'Payment',
    'QuickDeposit',
  ];
  expect([...kindsSeen]).toEqual(
    expect.arrayContaining([...kinds, 'Refund', 'ReversePayment', 'VendorCredit']),
  );
  expect(openSeen).toBeGreaterThan(0);
});

test('balances are the sums of the entries, on both bases, account by account', () => {
  const account = new Account('story');
  type Balance = { TotalBalance: number; GLAccount: WithId };
  type Ledger = {
    GLAccountId: number;
    BeginningBalance: number;
    TotalAmount: number;
    Entries: { Amount: number; Balance: number }[];
  };
  for (const basis of ['Accrual', 'Cash']) {
    const balances = account.get<Balance[]>(
      `/v1/glaccounts/balances?accountingbasis=${basis}&asofdate=2026-10-31&limit=1000`,
    ).body;
    const ids = balances.map(({ GLAccount }) => `glaccountids=${GLAccount.Id}`).join('&');
    const ledgers = account.get<Ledger[]>(
      `/v1/generalledger?accountingbasis=${basis}&startdate=2026-09-01&enddate=2026-10-31&limit=1000&${ids}`,
    ).body;
    for (const { TotalBalance, GLAccount } of balances) {
      const ledger = ledgers.find(({ GLAccountId }) => GLAccountId === GLAccount.Id);
      const entries = ledger?.Entries.reduce((sum, entry) => sum + Math.round(entry.Amount * 100), 0) ?? 0;
      expect([GLAccount.Id, Math.round((ledger?.BeginningBalance ?? 0) * 100) + entries]).toEqual([
        GLAccount.Id,
        Math.round(TotalBalance * 100),
      ]);
      expect(ledger?.Entries.at(-1)?.Balance ?? TotalBalance).toBe(TotalBalance);
    }
  }
});
