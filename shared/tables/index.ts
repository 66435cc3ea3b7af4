import { plannedTransactions } from '../planned/columns.ts';
import { balanceSheetsTable } from './balanceSheets.ts';
import type { OwnTable } from './define.ts';
import { distributionRulesTable } from './distributionRules.ts';
import { noiTable } from './noi.ts';
import { ownerDrawsTable } from './ownerDraws.ts';
import { ownershipTable } from './ownership.ts';
import { ownerStatementsTable } from './ownerStatements.ts';
import { paymentPlansTable } from './paymentPlans.ts';
import { rentRollTable } from './rentRoll.ts';

/** Every table of ours that mirrors nothing in Buildium, each after those that it links to. */
export const OWN_TABLES: readonly OwnTable[] = [
  ownershipTable,
  distributionRulesTable,
  paymentPlansTable,
  noiTable,
  ownerDrawsTable,
  ownerStatementsTable,
  rentRollTable,
  balanceSheetsTable,
  plannedTransactions,
];
