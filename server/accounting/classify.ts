import type { NoiClass } from '../../shared/noiClasses.ts';
import { unreachable } from '../../shared/result.ts';
import type { GlAccountType } from './ledger.ts';

/** A GL account as `GET /v1/glaccounts` describes it, sub-accounts flattened out. */
export type GlAccount = {
  glAccountId: number;
  name: string;
  type: GlAccountType;
  subType: string;
  /** Buildium's own name of a built-in account. `name` can be edited by people, this cannot. */
  defaultAccountName: string | null;
  parentId: number | null;
  isBank: boolean;
};

export type PersonsChoice = { noiClass: NoiClass; confirmedBy: string };

export type ClassifiedAccount = GlAccount & {
  noiClass: NoiClass;
  /** What decided: a person always has the last word, an unconfirmed class is listed on every run. */
  decidedBy: 'person' | 'defaultAccountName' | 'name' | 'parent' | 'subType';
  confirmedBy: string | null;
};

export type Chart = ReadonlyMap<number, ClassifiedAccount>;

/** Built-in accounts whose SubType alone would put them in the wrong class. */
const DEFAULT_ACCOUNTS: Readonly<Record<string, NoiClass>> = {
  'Accounts Receivable': 'excluded',
  'Undeposited Funds': 'excluded',
  'Accounts Payable': 'excluded',
  'Retained Earnings': 'excluded',
  'Owner Contribution': 'financing',
  'Owner Draw': 'financing',
  'Security Deposit Liability': 'trust',
  Prepayments: 'trust',
  "Last Month's Rent": 'trust',
};

const WEAR = /\b(depr(ec(iation)?)?|amort(i[sz]ation)?)\b/i;

/** Names of people's own accounts that say more than their SubType, first match first. */
const NAME_HINTS: readonly [pattern: RegExp, noiClass: NoiClass, types: readonly GlAccountType[]][] = [
  [/\b(mortgages?|debt service)\b/i, 'financing', ['Expense']],
  [/\bincome tax(es)?\b/i, 'nonOperating', ['Expense']],
  [WEAR, 'nonOperating', ['Expense']],
  // The other side of that expense is a balance: as capital it would raise income by what the expense lowers it.
  [WEAR, 'excluded', ['Asset']],
  [/\binterest\b/i, 'financing', ['Expense']],
  [/\binterest\b/i, 'nonOperating', ['Income']],
  // Money that is put aside is not spent yet: when it is, it counts where it goes.
  [/\b(replacement|capital) reserves?\b|\breserves? for replacements?\b/i, 'nonOperating', ['Expense']],
  [/\b(capital|capex|improvements?)\b/i, 'capital', ['Expense']],
];

/** Classes every account of a chart. A person's choice is never overruled. */
export function classifyChart(
  accounts: readonly GlAccount[],
  choices: ReadonlyMap<number, PersonsChoice>,
): Map<number, ClassifiedAccount> {
  const byId = new Map(accounts.map((account) => [account.glAccountId, account]));
  return new Map(
    accounts.map((account) => {
      const choice = choices.get(account.glAccountId);
      const parent = account.parentId === null ? null : (byId.get(account.parentId) ?? null);
      const decided = choice
        ? { noiClass: choice.noiClass, decidedBy: 'person' as const }
        : seededClass(account, parent, choices.get(account.parentId ?? 0)?.noiClass ?? null);
      return [account.glAccountId, { ...account, ...decided, confirmedBy: choice?.confirmedBy ?? null }];
    }),
  );
}

/** The class of an account that nobody has looked at: a proposal, good enough to start from. */
export function seededClass(
  account: GlAccount,
  parent: GlAccount | null = null,
  chosenForParent: NoiClass | null = null,
): Pick<ClassifiedAccount, 'noiClass' | 'decidedBy'> {
  const byDefault = classOfDefault(account) ?? (parent && classOfDefault(parent));
  if (byDefault) return { noiClass: byDefault, decidedBy: 'defaultAccountName' };
  const hinted = classOfName(account);
  if (hinted) return { noiClass: hinted, decidedBy: 'name' };
  const inherited = parent && follows(account, parent) ? (chosenForParent ?? classOfName(parent)) : null;
  if (inherited) return { noiClass: inherited, decidedBy: 'parent' };
  return { noiClass: classOfSubType(account), decidedBy: 'subType' };
}

/** Buildium's own name of the account, or of its parent: a sub-account stands where its built-in parent stands. */
export function builtInName({ defaultAccountName, parentId }: GlAccount, chart: Chart): string | null {
  const name =
    defaultAccountName ?? (parentId === null ? null : (chart.get(parentId)?.defaultAccountName ?? null));
  return name?.replaceAll('\\', '') ?? null;
}

function classOfDefault({ defaultAccountName }: GlAccount): NoiClass | null {
  // "Last Month\'s Rent" carries a literal backslash in Buildium's data.
  return DEFAULT_ACCOUNTS[defaultAccountName?.replaceAll('\\', '') ?? ''] ?? null;
}

/** A built-in account's class is known: its editable name must not change it. */
function classOfName({ defaultAccountName, type, name }: GlAccount): NoiClass | null {
  if (defaultAccountName !== null) return null;
  const hint = NAME_HINTS.find(([pattern, , types]) => types.includes(type) && pattern.test(name));
  return hint?.[1] ?? null;
}

/** A lender's or a machine's name below "Mortgage Interest" is what stands above it. Built-in accounts hold anything. */
function follows(account: GlAccount, parent: GlAccount): boolean {
  return (
    account.defaultAccountName === null &&
    parent.defaultAccountName === null &&
    account.type === parent.type &&
    account.subType === parent.subType
  );
}

/** Unknown sub-types fall back to the type, so that a new one in Buildium stops nothing. */
function classOfSubType({ type, subType }: GlAccount): NoiClass {
  if (subType === 'NonOperatingIncome' || subType === 'NonOperatingExpenses') return 'nonOperating';
  if (subType === 'FixedAsset') return 'capital';
  if (subType === 'LongTermLiability') return 'financing';
  switch (type) {
    case 'Income':
      return 'operatingIncome';
    case 'Expense':
      return 'operatingExpense';
    case 'Equity':
      return 'financing';
    case 'Asset':
    case 'Liability':
      return 'excluded';
    default:
      return unreachable(type);
  }
}
