/** What is looked at before figures are made of a month. */
export const CHECK_KINDS = [
  'unclassified',
  'shares',
  'managedDays',
  'allocation',
  'tieOut',
  'unbalanced',
  'unconfirmedClass',
  'missingRent',
  'negativeBalance',
  'openConflicts',
  'unsyncedRecords',
  'periodNotOver',
  'noOperatingAccount',
  'distributionRule',
  'enteredRow',
] as const;

export type CheckKind = (typeof CHECK_KINDS)[number];
