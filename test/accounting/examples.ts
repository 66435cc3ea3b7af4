/**
 * Published and worked examples. Amounts are positive cents on accounts of the chart; `loses` marks income that was
 * lost (vacancy, bad debt), which the books carry as negative income.
 */
export type NoiExample = {
  title: string;
  source: string;
  lines: readonly { glAccountId: number; cents: number; loses?: true }[];
  noiCents: number;
  incomeCents?: number;
  withCapitalAboveTheLineCents?: number;
};

const [RENT, REPAIRS, TAXES, INSURANCE, FEES] = [3, 101, 102, 103, 104];
const [BAD_DEBT, DEPRECIATION, MORTGAGE_INTEREST, INCOME_TAX, IMPROVEMENTS] = [107, 106, 105, 109, 110];

export const NOI_EXAMPLES: readonly NoiExample[] = [
  {
    title: 'twenty flats at $625, depreciation and a mortgage beside them',
    source: 'https://analystnotes.com/cfa_question.php?p=DCU7TSH38 (result published)',
    lines: [
      { glAccountId: RENT, cents: 15_000_000 },
      { glAccountId: BAD_DEBT, cents: 600_000, loses: true },
      { glAccountId: REPAIRS, cents: 3_000_000 },
      { glAccountId: TAXES, cents: 800_000 },
      { glAccountId: INSURANCE, cents: 250_000 },
      { glAccountId: DEPRECIATION, cents: 2_363_636 },
      { glAccountId: MORTGAGE_INTEREST, cents: 5_600_000 },
    ],
    noiCents: 10_350_000,
  },
  {
    title: 'four units, 6% lost to vacancy and collection',
    source: 'https://qammunity.org/12163792 (result published)',
    lines: [
      { glAccountId: RENT, cents: 2_160_000 },
      { glAccountId: RENT, cents: 2_880_000 },
      { glAccountId: BAD_DEBT, cents: 302_400, loses: true },
      { glAccountId: REPAIRS, cents: 2_152_500 },
    ],
    noiCents: 2_585_100,
    incomeCents: 5_040_000 - 302_400,
  },
  {
    title: 'ten flats at $800 with everything below the line that tempts',
    source: 'https://justaaa.com/finance/935547 (inputs published, result by arithmetic)',
    lines: [
      { glAccountId: RENT, cents: 9_600_000 },
      { glAccountId: BAD_DEBT, cents: 480_000, loses: true },
      { glAccountId: REPAIRS, cents: 1_200_000 },
      { glAccountId: TAXES, cents: 400_000 },
      { glAccountId: INSURANCE, cents: 500_000 },
      { glAccountId: FEES, cents: 600_000 },
      { glAccountId: REPAIRS, cents: 300_000 },
      { glAccountId: IMPROVEMENTS, cents: 500_000 },
      { glAccountId: DEPRECIATION, cents: 600_000 },
      { glAccountId: INCOME_TAX, cents: 900_000 },
      { glAccountId: MORTGAGE_INTEREST, cents: 1_400_000 },
    ],
    noiCents: 6_120_000,
    withCapitalAboveTheLineCents: 5_620_000,
  },
];

/** Buildium, "Available Cash Explained": 1,000 rent − 100 fee − 50 repair + 50 contribution = 900 available. */
export const AVAILABLE_CASH = {
  source: 'https://support.buildium.com/hc/en-us/articles/360010856492-Available-Cash-Explained',
  rentCents: 100_000,
  feeCents: 10_000,
  repairCents: 5_000,
  contributionCents: 5_000,
  availableCents: 90_000,
  noiCents: 85_000,
};

/** Buildium, "Moving Money Between Properties": one owner, +1,000 and −500, one check of 500. */
export const CROSS_PROPERTY = {
  source: 'https://support.buildium.com/hc/en-us/articles/360011088251-Moving-Money-Between-Properties',
  properties: [
    { propertyId: 1, availableCents: 100_000 },
    { propertyId: 2, availableCents: -50_000 },
  ],
  checkCents: 50_000,
  withoutNettingCents: 100_000,
};

/** 33.34 over four quarters: http://stackoverflow.com/questions/1823529 (the four amounts are published). */
export const FOUR_QUARTERS = { amountCents: 3_334, partsCents: [833, 833, 834, 834] };
