import { balanceSheet } from '../../../accounting/balanceSheet.ts';
import type { Chart } from '../../../accounting/classify.ts';
import type { OwnValues } from '../../ownTables/ownRows.ts';
import { commonCells, keyEnd, monthAndBasis, nameOfProperty, type RunSource } from './runSource.ts';
import type { RunSupplement } from './supplement.ts';

/** One row for each property of the run: its balance sheet on the period's last day. */
export function balanceRows(source: RunSource, supplement: RunSupplement): Map<string, OwnValues> {
  const chart: Chart = new Map(supplement.accounts.map((account) => [account.glAccountId, account]));
  const balances = Map.groupBy(
    supplement.closing.filter(({ glAccountId }) => chart.has(glAccountId)),
    ({ propertyId }) => propertyId,
  );
  return new Map(
    source.input.properties.map(({ propertyId }): [string, OwnValues] => {
      const sheet = balanceSheet(balances.get(propertyId) ?? [], chart);
      const { month, basis } = commonCells(source, []);
      return [
        `property ${propertyId} ${keyEnd(source)}`,
        {
          name: `${nameOfProperty(source, propertyId)}, ${monthAndBasis(source)}`,
          property: [String(propertyId)],
          month: month ?? null,
          basis: basis ?? null,
          cash: sheet.cashCents,
          receivables: sheet.receivablesCents,
          otherAssets: sheet.otherAssetsCents,
          deposits: sheet.depositsHeldCents,
          prepayments: sheet.prepaymentsCents,
          payables: sheet.payablesCents,
          otherLiabilities: sheet.otherLiabilitiesCents,
          equity: sheet.equityCents,
          difference: sheet.differenceCents,
        },
      ];
    }),
  );
}
