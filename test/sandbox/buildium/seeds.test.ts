import { describe, expect, test } from '@jest/globals';
import { Account } from './account.ts';

const whole = (account: Account): string[] =>
  ['rentals', 'rentals/units', 'rentals/owners', 'leases', 'leases/tenants', 'vendors', 'bankaccounts']
    .map((path) => `/v1/${path}?limit=1000`)
    .concat(
      '/v1/generalledger/transactions?limit=1000&startdate=2026-01-01&enddate=2026-12-31&glaccountids=1&glaccountids=2&glaccountids=7',
    )
    .map((path) => JSON.stringify(account.get(path).body));

describe('the story', () => {
  type Balance = { LeaseId: number; TotalBalance: number; BalanceOver90Days: number };
  type LeaseStatus = { LeaseStatus: string };

  test('has three properties, seven units, an owner pair, arrears, an unpaid repair, a future and a past lease', () => {
    const account = new Account('story');
    expect(account.get('/v1/rentals').body).toHaveLength(3);
    expect(account.get('/v1/rentals/units').body).toHaveLength(7);
    expect(account.get('/v1/rentals/owners?propertyids=1001').body).toHaveLength(2);
    expect(account.get<Balance[]>('/v1/leases/outstandingbalances').body).toMatchObject([
      { LeaseId: 3002, TotalBalance: 2975 },
    ]);
    expect(account.get('/v1/bills?paidstatus=Unpaid').body).toMatchObject([{ ReferenceNumber: 'FP-10233' }]);
    const statuses = account.get<LeaseStatus[]>('/v1/leases').body.map(({ LeaseStatus }) => LeaseStatus);
    expect(statuses.filter((status) => status !== 'Active').sort()).toEqual(['Future', 'Past']);
    expect(account.get('/v1/bankaccounts/701/undepositedfunds').body).toHaveLength(1);
  });

  test.each(['2026-11-22', '2026-03-01', '2028-02-29', '2026-12-31', '2026-01-01'])(
    'is told up to the clock’s own day, also on %s',
    (day) => {
      const account = new Account('story', `${day}T00:00:10Z`);
      const read = (from: string, to: string): number =>
        Number(
          account.get(
            `/v1/generalledger/transactions?startdate=${from}&enddate=${to}&glaccountids=1&glaccountids=2`,
          ).headers['X-Total-Count'],
        );
      expect(read(`${day.slice(0, 7)}-01`, day)).toBeGreaterThan(0);
      const lastMonth = new Date(Date.parse(`${day.slice(0, 7)}-01`) - 86_400_000).toISOString().slice(0, 10);
      expect(read(`${lastMonth.slice(0, 7)}-01`, lastMonth)).toBeGreaterThan(0);
      for (const { date } of account.world.records.transactions.values()) expect(date <= day).toBe(true);
    },
  );
});

describe('a larger portfolio', () => {
  test('is the same for the same seed and another for another', () => {
    const scale = { properties: 12, seed: 5, transactionsPerLease: 8 };
    expect(whole(new Account(scale))).toEqual(whole(new Account(scale)));
    expect(whole(new Account({ ...scale, seed: 6 }))).not.toEqual(whole(new Account(scale)));
  });

  test('has as many properties and lease transactions as were asked for', () => {
    const { records } = new Account({ properties: 30, transactionsPerLease: 10 }).world;
    expect(records.properties.size).toBe(30);
    const perLease = [...records.leases.values()].map(
      (lease) => records.ledger.leaseTransactions(lease.id).length,
    );
    expect(Math.max(...perLease)).toBe(10);
    expect(Math.min(...perLease)).toBeGreaterThanOrEqual(9);
  });
});

test('the same requests at the same times give the same bytes', () => {
  const run = (): string[] => {
    const account = new Account('story');
    account.post('/v1/leases/3001/charges', {
      Date: '2026-11-20',
      Lines: [{ GLAccountId: 3, Amount: 12.34 }],
    });
    return whole(account);
  };
  expect(run()).toEqual(run());
});
