import { addMonths } from '../../../shared/dates.ts';
import type { SaveGlAccount } from './resources/glAccounts.ts';
import { addBankAccount } from './resources/bankAccounts.ts';
import type { World } from './state.ts';

type SubType = SaveGlAccount['SubType'];

/** Ids are the same in every Buildium account; names can be changed by people, `DefaultAccountName` not. */
const DEFAULT_ACCOUNTS: readonly [id: number, name: string, subType: SubType][] = [
  [1, 'Accounts Receivable', 'CurrentAsset'],
  [2, 'Undeposited Funds', 'CurrentAsset'],
  [3, 'Rent Income', 'Income'],
  [4, 'Association Fee Income', 'Income'],
  [5, 'Security Deposit Liability', 'CurrentLiability'],
  [7, 'Accounts Payable', 'CurrentLiability'],
  [8, 'Late Fee Income', 'Income'],
  [9, 'Retained Earnings', 'Equity'],
  [10, 'Owner Contribution', 'Equity'],
  [11, 'Owner Draw', 'Equity'],
  [12, 'Application Fee Income', 'Income'],
  [13, 'NSF Fee Income', 'Income'],
  [14, 'Bank Fees', 'OperatingExpenses'],
  [15, 'Convenience Fee', 'Income'],
  [16, 'Renters Insurance Income', 'Income'],
  [17, 'Owner Contribution Convenience Fee', 'Income'],
  [18, 'Prepayments', 'CurrentLiability'],
  // The backslash is in Buildium's own data.
  [19, "Last Month\\'s Rent", 'CurrentLiability'],
];

/**
 * What companies add themselves, traps included: interest and depreciation under OperatingExpenses, bad debt
 * and concessions as contra income, sub-accounts that a flat reading of the list misses.
 */
const OWN_ACCOUNTS = [
  { key: 'managementFees', name: 'Management Fees', subType: 'OperatingExpenses' },
  {
    key: 'placementFees',
    name: 'Commissions/Placement Fees',
    subType: 'OperatingExpenses',
    parent: 'managementFees',
  },
  { key: 'mortgageInterest', name: 'Mortgage Interest', subType: 'OperatingExpenses' },
  { key: 'otherInterest', name: 'Other Interest Expense', subType: 'NonOperatingExpenses' },
  { key: 'depreciation', name: 'Depreciation Expense', subType: 'OperatingExpenses' },
  { key: 'insurance', name: 'Property Insurance', subType: 'OperatingExpenses' },
  { key: 'taxes', name: 'Taxes & Licenses', subType: 'OperatingExpenses' },
  { key: 'hoaDues', name: 'HOA Dues', subType: 'OperatingExpenses' },
  { key: 'repairs', name: 'Repairs & Maintenance', subType: 'OperatingExpenses' },
  { key: 'plumbing', name: 'Plumbing', subType: 'OperatingExpenses', parent: 'repairs' },
  { key: 'electrical', name: 'Electrical', subType: 'OperatingExpenses', parent: 'repairs' },
  { key: 'landscaping', name: 'Landscaping', subType: 'OperatingExpenses' },
  { key: 'utilities', name: 'Utilities', subType: 'OperatingExpenses' },
  { key: 'openingBalance', name: 'Opening Balance Equity', subType: 'Equity' },
  { key: 'badDebt', name: 'Bad Debt Expense', subType: 'Income', contra: true },
  { key: 'concessions', name: 'Rent Concessions', subType: 'Income', contra: true },
  { key: 'laundry', name: 'Laundry Income', subType: 'Income' },
  { key: 'interestIncome', name: 'Interest Income', subType: 'NonOperatingIncome' },
  { key: 'mortgagePayable', name: 'Mortgage Payable', subType: 'LongTermLiability' },
  { key: 'improvements', name: 'Building Improvements', subType: 'FixedAsset' },
  { key: 'accumulatedDepreciation', name: 'Accumulated Depreciation', subType: 'FixedAsset', contra: true },
  { key: 'incomeTax', name: 'Income Tax Expense', subType: 'NonOperatingExpenses' },
] as const satisfies readonly {
  key: string;
  name: string;
  subType: SubType;
  parent?: string;
  contra?: boolean;
}[];

export type AccountKey = (typeof OWN_ACCOUNTS)[number]['key'];
export type Chart = {
  account: Record<AccountKey, number>;
  petDepositAccountId: number;
  operatingBankAccountId: number;
  trustBankAccountId: number;
  categoryId: Record<'Plumbing' | 'Landscaping' | 'Lender' | 'Handyman' | 'Insurance', number>;
  managerId: number;
};

export function seedChart(world: World, nowMs: number): Chart {
  const setUpMs = Date.parse(`${addMonths(new Date(nowMs).toISOString().slice(0, 10), -30)}T09:00:00Z`);
  for (const [id, name, subType] of DEFAULT_ACCOUNTS) addDefaultAccount(world, id, name, subType, setUpMs);
  const account = {} as Record<AccountKey, number>;
  for (const [index, own] of OWN_ACCOUNTS.entries()) {
    const parentId = 'parent' in own ? account[own.parent] : null;
    const contra = 'contra' in own ? true : null;
    account[own.key] = addAccount(
      world,
      own.name,
      own.subType,
      parentId,
      contra,
      String(5000 + index * 10),
      setUpMs,
    );
  }
  const petDepositAccountId = addAccount(
    world,
    'Pet Deposit Liability',
    'CurrentLiability',
    5,
    null,
    '2051',
    setUpMs,
  );
  const bank = (Name: string, AccountNumber: string): number =>
    addBankAccount(
      world,
      {
        CheckPrintingInfo: null,
        Name,
        Description: null,
        BankAccountType: 'Checking',
        Country: 'UnitedStates',
        AccountNumber,
        RoutingNumber: '011000015',
      },
      setUpMs,
    ).id;
  const managerId = world.nextId('staff');
  world.staff.set(managerId, {
    id: managerId,
    firstName: 'Priya',
    lastName: 'Raman',
    email: 'priya@harborline.example',
  });
  return {
    account,
    petDepositAccountId,
    operatingBankAccountId: bank('Operating Trust Account', '000778412093'),
    trustBankAccountId: bank('Security Deposit Escrow', '000778412101'),
    categoryId: seedCategories(world),
    managerId,
  };
}

function addDefaultAccount(world: World, id: number, name: string, subType: SubType, setUpMs: number): void {
  const contra = id === 11;
  world.glAccounts.set(id, {
    id,
    saved: {
      Name: name,
      SubType: subType,
      ParentGLAccountId: null,
      IsCashAsset: subType === 'CurrentAsset' ? id === 2 : null,
      AccountNumber: String(1000 + id),
      Description: null,
      IsContraAccount: contra ? true : null,
      CashFlowClassification: [9, 10, 11].includes(id) ? 'FinancingActivities' : null,
    },
    isActive: true,
    defaultAccountName: name,
    isBankAccount: false,
    createdMs: setUpMs,
    updatedMs: setUpMs,
  });
}

function addAccount(
  world: World,
  Name: string,
  SubType: SubType,
  ParentGLAccountId: number | null,
  IsContraAccount: boolean | null,
  AccountNumber: string,
  setUpMs: number,
): number {
  const id = world.nextId('glAccount');
  world.glAccounts.set(id, {
    id,
    saved: {
      Name,
      SubType,
      ParentGLAccountId,
      IsCashAsset: SubType === 'CurrentAsset' ? false : null,
      AccountNumber,
      Description: null,
      IsContraAccount,
      CashFlowClassification: null,
    },
    isActive: true,
    defaultAccountName: null,
    isBankAccount: false,
    createdMs: setUpMs,
    updatedMs: setUpMs,
  });
  return id;
}

function seedCategories(world: World): Chart['categoryId'] {
  const add = (name: string, isSystem = false): number => {
    const id = world.nextId('vendorCategory');
    world.vendorCategories.set(id, { id, name, isSystem });
    return id;
  };
  return {
    Plumbing: add('Contractors - Plumbing'),
    Landscaping: add('Contractors - Landscaping'),
    Lender: add('Lenders'),
    Handyman: add('Contractors - General', true),
    Insurance: add('Insurance'),
  };
}
