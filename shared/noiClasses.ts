/** How an account can count, by the choice that people see in the table GL Accounts. */
export const NOI_CLASSES = {
  'Operating income': 'operatingIncome',
  'Operating expense': 'operatingExpense',
  'Non-operating': 'nonOperating',
  Capital: 'capital',
  Financing: 'financing',
  Trust: 'trust',
  Excluded: 'excluded',
} as const;

/** How an account counts: the first two make net operating income, the rest stands below the line or outside it. */
export type NoiClass = (typeof NOI_CLASSES)[keyof typeof NOI_CLASSES];

/** As the select in the table GL Accounts names it. */
export function noiClassInWords(noiClass: NoiClass): string {
  return Object.entries(NOI_CLASSES).find(([, one]) => one === noiClass)?.[0] ?? noiClass;
}

/**
 * Cash, receivables, payables and what is held for others: a balance that changed, where nobody earned or spent
 * anything. It is told with the sign that Buildium shows, and an account that received money is no loss.
 */
export function isOnlyBalance({ isCounted, noiClass }: { isCounted: boolean; noiClass: NoiClass }): boolean {
  return !isCounted && (noiClass === 'excluded' || noiClass === 'trust');
}
