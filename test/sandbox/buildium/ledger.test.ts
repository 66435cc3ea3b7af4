import { describe, expect, test } from '@jest/globals';
import { ADDRESS, type WithId } from './account.ts';
import {
  balances,
  bill,
  charge,
  deposit,
  entity,
  OPERATING_BANK as BANK,
  payBill,
  payment,
  portfolio,
  posted,
  type Portfolio,
} from './portfolio.ts';

const [RECEIVABLE, UNDEPOSITED, RENT, SECURITY, PAYABLE, LATE, DRAW, PREPAID] = [
  1, 2, 3, 5, 7, 8, 11, 18,
] as const;
const [NSF_FEE, BANK_FEES, REPAIRS, BAD_DEBT, DEPRECIATION, ACCUMULATED] = [
  13, 14, 109, 115, 105, 121,
] as const;

type Books = Record<number, number>;
type Example = { title: string; run(at: Portfolio): void; accrual: Books; cash: Books };

/** Balances in the natural sign of each account: income and liabilities positive when credited. */
const EXAMPLES: Example[] = [
  {
    title: 'a charge is income on accrual and nothing on cash',
    run: (at) => charge(at, '2026-10-01', RENT, 1000),
    accrual: { [RECEIVABLE]: 1000, [RENT]: 1000 },
    cash: {},
  },
  {
    title: 'a partial payment is cash income for its part',
    run: (at) => {
      charge(at, '2026-10-01', RENT, 1000);
      payment(at, '2026-10-03', RENT, 400);
    },
    accrual: { [RECEIVABLE]: 600, [UNDEPOSITED]: 400, [RENT]: 1000 },
    cash: { [UNDEPOSITED]: 400, [RENT]: 400 },
  },
  {
    title: 'what is paid over is a prepayment and no income',
    run: (at) => {
      charge(at, '2026-10-01', RENT, 1000);
      payment(at, '2026-10-03', RENT, 1250);
    },
    accrual: { [UNDEPOSITED]: 1250, [RENT]: 1000, [PREPAID]: 250 },
    cash: { [UNDEPOSITED]: 1250, [RENT]: 1000, [PREPAID]: 250 },
  },
  {
    title: 'a prepayment becomes income when the next charge takes it up',
    run: (at) => {
      payment(at, '2026-10-03', PREPAID, 250);
      charge(at, '2026-11-01', RENT, 1000);
    },
    accrual: { [RECEIVABLE]: 750, [UNDEPOSITED]: 250, [RENT]: 1000 },
    cash: { [UNDEPOSITED]: 250, [RENT]: 250 },
  },
  {
    title: 'a payment pays its own account’s charges and no others',
    run: (at) => {
      charge(at, '2026-10-01', LATE, 50);
      charge(at, '2026-10-01', RENT, 1000);
      payment(at, '2026-10-03', RENT, 1000);
    },
    accrual: { [RECEIVABLE]: 50, [UNDEPOSITED]: 1000, [RENT]: 1000, [LATE]: 50 },
    cash: { [UNDEPOSITED]: 1000, [RENT]: 1000 },
  },
  {
    title: 'a security deposit is a liability on cash once it is paid, never income',
    run: (at) => {
      charge(at, '2026-10-01', SECURITY, 900);
      payment(at, '2026-10-02', SECURITY, 900);
    },
    accrual: { [UNDEPOSITED]: 900, [SECURITY]: 900 },
    cash: { [UNDEPOSITED]: 900, [SECURITY]: 900 },
  },
  {
    title: 'a bank deposit moves undeposited funds to the bank',
    run: (at) => {
      charge(at, '2026-10-01', RENT, 1000);
      deposit(at, '2026-10-05', [payment(at, '2026-10-03', RENT, 1000)]);
    },
    accrual: { [BANK]: 1000, [RENT]: 1000 },
    cash: { [BANK]: 1000, [RENT]: 1000 },
  },
  {
    title: 'a bill is an expense on accrual and nothing on cash',
    run: (at) => void bill(at, '2026-10-01', REPAIRS, 300),
    accrual: { [PAYABLE]: 300, [REPAIRS]: 300 },
    cash: {},
  },
  {
    title: 'a bill payment is cash expense for what it pays',
    run: (at) => void payBill(at, '2026-10-09', bill(at, '2026-10-01', REPAIRS, 300), 120),
    accrual: { [PAYABLE]: 180, [REPAIRS]: 300, [BANK]: -120 },
    cash: { [REPAIRS]: 120, [BANK]: -120 },
  },
  {
    title: 'a vendor credit lowers the bill that its payment pays',
    run: (at) => {
      const due = bill(at, '2026-10-01', REPAIRS, 300);
      const Lines = [{ GLAccountId: REPAIRS, Amount: 50, AccountingEntity: entity(at) }];
      const credit = posted(at.account, `/v1/vendors/${at.vendorId}/credits`, {
        EntryDate: '2026-10-02',
        Lines,
      });
      posted(at.account, `/v1/bills/${due.id}/payments`, {
        BankAccountId: 701,
        EntryDate: '2026-10-09',
        Lines: [{ BillLineId: due.lineId, Amount: 300 }],
        VendorCreditIds: [credit],
      });
    },
    accrual: { [REPAIRS]: 250, [BANK]: -250 },
    cash: { [REPAIRS]: 250, [BANK]: -250 },
  },
  {
    title: 'an owner’s draw is negative equity, for its account is contra',
    run: (at) => {
      const owner = {
        IsCompany: true,
        CompanyName: 'Owner',
        Address: at.account.get<{ Address: unknown }>(`/v1/rentals/${at.propertyId}`).body.Address,
        PropertyIds: [at.propertyId],
      };
      const Id = posted(at.account, '/v1/rentals/owners', owner);
      const Lines = [{ GLAccountId: DRAW, Amount: 500, AccountingEntity: entity(at) }];
      posted(at.account, '/v1/bankaccounts/701/checks', {
        Payee: { Id, Type: 'RentalOwner' },
        EntryDate: '2026-10-20',
        Lines,
      });
    },
    accrual: { [BANK]: -500, [DRAW]: -500 },
    cash: { [BANK]: -500, [DRAW]: -500 },
  },
  {
    title: 'a returned payment opens its charge again and takes the money from the bank, fees aside',
    run: (at) => {
      charge(at, '2026-10-01', RENT, 1000);
      const returned = payment(at, '2026-10-03', RENT, 1000);
      deposit(at, '2026-10-05', [returned]);
      posted(at.account, `/v1/leases/${at.leaseId}/reversepayments`, {
        EntryDate: '2026-10-08',
        PaymentTransactionId: returned,
        NSFCharge: { GLAccountId: NSF_FEE, TotalAmount: 35 },
        BankFee: { GLAccountId: BANK_FEES, TotalAmount: 12 },
      });
    },
    accrual: { [RECEIVABLE]: 1035, [RENT]: 1000, [NSF_FEE]: 35, [BANK]: -12, [BANK_FEES]: 12 },
    cash: { [BANK]: -12, [BANK_FEES]: 12 },
  },
  {
    title: 'a waived charge lowers accrual income and is invisible on cash',
    run: (at) => {
      charge(at, '2026-10-01', LATE, 50);
      const Lines = [{ GlAccountId: LATE, Amount: 20 }];
      posted(at.account, `/v1/leases/${at.leaseId}/credits`, {
        Date: '2026-10-04',
        CreditType: 'WaiveUnpaid',
        Lines,
      });
    },
    accrual: { [RECEIVABLE]: 30, [LATE]: 30 },
    cash: {},
  },
  {
    title: 'an exchange credit pays the charge with an expense on both bases',
    run: (at) => {
      charge(at, '2026-10-01', RENT, 1000);
      posted(at.account, `/v1/leases/${at.leaseId}/credits`, {
        Date: '2026-10-04',
        CreditType: 'Exchange',
        OffsettingGLAccountId: REPAIRS,
        Lines: [{ GlAccountId: RENT, Amount: 100 }],
      });
    },
    accrual: { [RECEIVABLE]: 900, [RENT]: 1000, [REPAIRS]: 100 },
    cash: { [RENT]: 100, [REPAIRS]: 100 },
  },
  {
    title: 'a deposit that is kept pays what is owed, and beyond that is income',
    run: (at) => {
      payment(at, '2026-10-01', SECURITY, 900);
      charge(at, '2026-10-01', RENT, 200);
      const Lines = [{ GLAccountId: RENT, Amount: 350 }];
      const body = { EntryDate: '2026-10-10', DepositLiabilityGLAccountId: SECURITY, Lines };
      posted(at.account, `/v1/leases/${at.leaseId}/applieddeposits`, body);
    },
    accrual: { [UNDEPOSITED]: 900, [SECURITY]: 550, [RENT]: 350 },
    cash: { [UNDEPOSITED]: 900, [SECURITY]: 550, [RENT]: 350 },
  },
  {
    title: 'a refund gives a deposit back from the bank',
    run: (at) => {
      deposit(at, '2026-10-02', [payment(at, '2026-10-01', SECURITY, 900)]);
      posted(at.account, `/v1/leases/${at.leaseId}/refunds`, {
        Date: '2026-10-20',
        PayeeUserIds: [at.tenantId],
        BankAccountId: 701,
        Address: { AddressLine1: 'x', PostalCode: '1', Country: 'France' },
        Lines: [{ GLAccountId: SECURITY, Amount: 900 }],
      });
    },
    accrual: {},
    cash: {},
  },
  {
    title: 'a journal entry stands on both bases, contra income negative',
    run: (at) => {
      const Lines = [
        { GLAccountId: BAD_DEBT, PostingType: 'Debit', Amount: 80 },
        { GLAccountId: RENT, PostingType: 'Credit', Amount: 80 },
      ];
      posted(at.account, '/v1/generalledger/journalentries', {
        AccountingEntity: entity(at),
        Date: '2026-10-31',
        Lines,
      });
    },
    accrual: { [RENT]: 80, [BAD_DEBT]: -80 },
    cash: { [RENT]: 80, [BAD_DEBT]: -80 },
  },
  {
    title: 'depreciation credits an asset',
    run: (at) => {
      const Lines = [
        { GLAccountId: DEPRECIATION, PostingType: 'Debit', Amount: 80 },
        { GLAccountId: ACCUMULATED, PostingType: 'Credit', Amount: 80 },
      ];
      posted(at.account, '/v1/generalledger/journalentries', {
        AccountingEntity: entity(at),
        Date: '2026-10-31',
        Lines,
      });
    },
    accrual: { [DEPRECIATION]: 80, [ACCUMULATED]: -80 },
    cash: { [DEPRECIATION]: 80, [ACCUMULATED]: -80 },
  },
  {
    title: 'a journal entry on the receivable exists on accrual only',
    run: (at) => {
      const Lines = [
        { GLAccountId: RECEIVABLE, PostingType: 'Debit', Amount: 80 },
        { GLAccountId: RENT, PostingType: 'Credit', Amount: 80 },
      ];
      posted(at.account, '/v1/generalledger/journalentries', {
        AccountingEntity: entity(at),
        Date: '2026-10-31',
        Lines,
      });
    },
    accrual: { [RECEIVABLE]: 80, [RENT]: 80 },
    cash: {},
  },
];

describe('worked examples', () => {
  test.each(EXAMPLES)('$title', ({ run, accrual, cash }) => {
    const at = portfolio();
    run(at);
    expect(balances(at.account, 'Accrual')).toEqual(accrual);
    expect(balances(at.account, 'Cash')).toEqual(cash);
  });
});

describe('what an edit moves', () => {
  test('another account on an old charge moves the cash income of the payment that paid it, untouched itself', () => {
    const at = portfolio();
    const id = charge(at, '2026-10-01', RENT, 1000);
    const paid = payment(at, '2026-10-03', RENT, 1000);
    const before = at.account.get<{ LastUpdatedDateTime: string }>(
      `/v1/generalledger/transactions/${paid}`,
    ).body;
    const Lines = [{ GLAccountId: LATE, Amount: 1000 }];
    expect(
      at.account.put(`/v1/leases/${at.leaseId}/charges/${id}`, { Date: '2026-10-01', Lines }).status,
    ).toBe(200);
    expect(balances(at.account, 'Cash')).toEqual({ [UNDEPOSITED]: 1000, [PREPAID]: 1000 });
    const after = at.account.get<{ LastUpdatedDateTime: string }>(
      `/v1/generalledger/transactions/${paid}`,
    ).body;
    expect(after.LastUpdatedDateTime).toBe(before.LastUpdatedDateTime);
  });

  test('the bank deposit follows the amount of a payment in it', () => {
    const at = portfolio();
    charge(at, '2026-10-01', RENT, 1000);
    const paid = payment(at, '2026-10-03', RENT, 1000);
    deposit(at, '2026-10-05', [paid]);
    const body = { Date: '2026-10-03', PaymentMethod: 'Check', Lines: [{ GLAccountId: RENT, Amount: 700 }] };
    expect(at.account.put(`/v1/leases/${at.leaseId}/payments/${paid}`, body).status).toBe(200);
    expect(balances(at.account, 'Cash')).toEqual({ [BANK]: 700, [RENT]: 700 });
  });

  test('a paid bill can be rearranged but not fall under what was paid', () => {
    const at = portfolio();
    const due = bill(at, '2026-10-01', REPAIRS, 300);
    payBill(at, '2026-10-09', due, 120);
    const put = (GlAccountId: number, Amount: number): number =>
      at.account.put(`/v1/bills/${due.id}`, {
        Date: '2026-10-01',
        DueDate: '2026-12-31',
        VendorId: at.vendorId,
        Lines: [{ AccountingEntity: entity(at), GlAccountId, Amount }],
      }).status;
    expect(put(REPAIRS, 119)).toBe(422);
    expect(put(BANK_FEES, 150)).toBe(200);
    expect(balances(at.account, 'Cash')).toEqual({ [BANK_FEES]: 120, [BANK]: -120 });
    expect(balances(at.account, 'Accrual')).toEqual({ [BANK_FEES]: 150, [PAYABLE]: 30, [BANK]: -120 });
  });
});

test('a lease that moves to another unit of its property takes its old entries along', () => {
  const at = portfolio();
  charge(at, '2026-10-01', RENT, 1000);
  deposit(at, '2026-10-05', [payment(at, '2026-10-03', RENT, 400)]);
  const unit = { UnitNumber: '2', PropertyId: at.propertyId, Address: ADDRESS };
  const unitId = posted(at.account, '/v1/rentals/units', unit);
  const terms = {
    LeaseType: 'AtWill',
    UnitId: unitId,
    LeaseFromDate: '2026-01-01',
    IsEvictionPending: false,
  };
  expect(at.account.put(`/v1/leases/${at.leaseId}`, terms).status).toBe(200);
  type ByUnit = {
    AccountingEntityBalances: { Balance: number; AccountingEntity: { Unit: WithId | null } }[];
  };
  for (const [glAccountId, amount] of [
    [RENT, 1000],
    [BANK, 400],
  ]) {
    const query = `accountingbasis=Accrual&asofdate=2026-12-31&aggregatebalancesbyunitid=true&glaccountids=${glAccountId}`;
    const [balance] = at.account.get<ByUnit[]>(`/v1/glaccounts/balances?${query}`).body;
    expect(balance?.AccountingEntityBalances).toMatchObject([
      { Balance: amount, AccountingEntity: { Unit: { Id: unitId } } },
    ]);
  }
  const elsewhere = portfolio(at.account);
  expect(at.account.put(`/v1/leases/${at.leaseId}`, { ...terms, UnitId: elsewhere.unitId }).status).toBe(422);
});

describe('the ledger as it is read', () => {
  type Ledger = {
    GLAccountId: number;
    BeginningBalance: number;
    TotalAmount: number;
    Entries: { Id: number; Amount: number; Balance: number }[];
  };

  test('entries are signed and running balances start from the day before', () => {
    const at = portfolio();
    charge(at, '2026-09-01', RENT, 1000);
    const october = charge(at, '2026-10-01', RENT, 1000);
    const waived = posted(at.account, `/v1/leases/${at.leaseId}/credits`, {
      Date: '2026-10-04',
      CreditType: 'WaiveUnpaid',
      Lines: [{ GlAccountId: RENT, Amount: 100 }],
    });
    const query = 'accountingbasis=Accrual&glaccountids=3&startdate=2026-10-01&enddate=2026-10-31';
    const [rent] = at.account.get<Ledger[]>(`/v1/generalledger?${query}`).body;
    expect(rent).toMatchObject({ GLAccountId: 3, BeginningBalance: 1000, TotalAmount: 900 });
    expect(rent?.Entries).toMatchObject([
      { Id: october, Amount: 1000, Balance: 2000 },
      { Id: waived, Amount: -100, Balance: 1900 },
    ]);
  });

  test('lines of transactions are positive and without the system’s side: a charge and its credit look alike', () => {
    const at = portfolio();
    charge(at, '2026-10-01', RENT, 1000);
    posted(at.account, `/v1/leases/${at.leaseId}/credits`, {
      Date: '2026-10-04',
      CreditType: 'WaiveUnpaid',
      Lines: [{ GlAccountId: RENT, Amount: 1000 }],
    });
    type Shown = {
      TotalAmount: number;
      Journal: { Lines: { Amount: number; GLAccount: WithId; IsCashPosting: boolean }[] };
    };
    const query = 'startdate=2026-10-01&enddate=2026-10-31&glaccountids=3';
    const shown = at.account.get<Shown[]>(`/v1/generalledger/transactions?${query}`).body;
    expect(
      shown.map(({ TotalAmount, Journal }) => [
        TotalAmount,
        Journal.Lines.map((line) => [line.GLAccount.Id, line.Amount, line.IsCashPosting]),
      ]),
    ).toEqual([
      [1000, [[RENT, 1000, false]]],
      [1000, [[RENT, 1000, false]]],
    ]);
  });

  test('the entity filter gives one property, an owner’s properties whole, or the company', () => {
    const at = portfolio();
    const other = portfolio(at.account);
    charge(at, '2026-10-01', RENT, 1000);
    charge(other, '2026-10-01', RENT, 700);
    const companyEntry = {
      AccountingEntity: { Id: 88_001, AccountingEntityType: 'Company' },
      Date: '2026-10-02',
      Lines: [
        { GLAccountId: REPAIRS, PostingType: 'Debit', Amount: 9 },
        { GLAccountId: RENT, PostingType: 'Credit', Amount: 9 },
      ],
    };
    posted(at.account, '/v1/generalledger/journalentries', companyEntry);
    const total = (filter: string): number | undefined => {
      const query = `accountingbasis=Accrual&glaccountids=3&startdate=2026-10-01&enddate=2026-10-31${filter}`;
      return at.account.get<Ledger[]>(`/v1/generalledger?${query}`).body[0]?.TotalAmount;
    };
    expect(total('')).toBe(1709);
    expect(total(`&entitytype=Rental&entityid=${other.propertyId}`)).toBe(700);
    expect(total('&entitytype=Company&entityid=88001')).toBe(9);
  });

  test('what a lease owes is its open charges by age, and nothing when it has credit', () => {
    const at = portfolio();
    charge(at, '2026-08-01', RENT, 1000);
    charge(at, '2026-11-01', RENT, 1000);
    charge(at, '2026-12-01', RENT, 1000);
    payment(at, '2026-11-05', RENT, 400);
    const read = () => at.account.get<Record<string, unknown>[]>('/v1/leases/outstandingbalances').body;
    expect(read()).toMatchObject([
      { LeaseId: at.leaseId, BalanceOver90Days: 600, Balance0To30Days: 1000, TotalBalance: 1600 },
    ]);
    payment(at, '2026-11-06', RENT, 1600);
    expect(read()).toEqual([]);
  });
});
