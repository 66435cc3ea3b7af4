import { unreachable } from '../../shared/result.ts';
import type { Cents } from '../../shared/money.ts';
import { builtInName, type Chart, type ClassifiedAccount } from './classify.ts';

/** A balance in the natural sign of its account, as `GET /v1/glaccounts/balances` shows it. */
export type Balance = { glAccountId: number; amountCents: Cents };

export type BalanceSheet = {
  cashCents: Cents;
  receivablesCents: Cents;
  otherAssetsCents: Cents;
  depositsHeldCents: Cents;
  prepaymentsCents: Cents;
  payablesCents: Cents;
  otherLiabilitiesCents: Cents;
  /** Owners' contributions less draws, and all income less all expenses since the books began. */
  equityCents: Cents;
  /** Assets − liabilities − equity: anything but zero means that the books do not balance. */
  differenceCents: Cents;
};

type Group = Exclude<keyof BalanceSheet, 'differenceCents'>;

const EMPTY: BalanceSheet = {
  cashCents: 0,
  receivablesCents: 0,
  otherAssetsCents: 0,
  depositsHeldCents: 0,
  prepaymentsCents: 0,
  payablesCents: 0,
  otherLiabilitiesCents: 0,
  equityCents: 0,
  differenceCents: 0,
};

/** A property's balance sheet on a day. Contra accounts carry their own sign, so that they simply add up. */
export function balanceSheet(balances: readonly Balance[], chart: Chart): BalanceSheet {
  const sheet = { ...EMPTY };
  for (const { glAccountId, amountCents } of balances) {
    const account = chart.get(glAccountId);
    if (!account) throw new Error(`GL account ${glAccountId} has a balance but is not in the chart.`);
    // An expense lowers equity; everything else stands in its group with its own sign.
    sheet[groupOf(account, chart)] += account.type === 'Expense' ? -amountCents : amountCents;
  }
  const assets = sheet.cashCents + sheet.receivablesCents + sheet.otherAssetsCents;
  const liabilities =
    sheet.depositsHeldCents + sheet.prepaymentsCents + sheet.payablesCents + sheet.otherLiabilitiesCents;
  return { ...sheet, differenceCents: assets - liabilities - sheet.equityCents };
}

/** Money at the bank, or on its way there. */
export function isCash(account: ClassifiedAccount, chart: Chart): boolean {
  return account.type === 'Asset' && (account.isBank || builtInName(account, chart) === 'Undeposited Funds');
}

function groupOf(account: ClassifiedAccount, chart: Chart): Group {
  const builtIn = builtInName(account, chart);
  switch (account.type) {
    case 'Asset':
      if (isCash(account, chart)) return 'cashCents';
      return builtIn === 'Accounts Receivable' ? 'receivablesCents' : 'otherAssetsCents';
    case 'Liability':
      if (builtIn === 'Prepayments' || builtIn === "Last Month's Rent") return 'prepaymentsCents';
      if (builtIn === 'Accounts Payable') return 'payablesCents';
      return account.noiClass === 'trust' ? 'depositsHeldCents' : 'otherLiabilitiesCents';
    case 'Equity':
    case 'Income':
    case 'Expense':
      return 'equityCents';
    default:
      return unreachable(account.type);
  }
}
