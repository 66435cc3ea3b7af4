import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { connection } from '../fixtures/basics.ts';
import { conflictNumber, settledConflicts } from '../fixtures/conflicts.ts';
import { openPairing } from '../fixtures/mapping.ts';
import type { CalculationView } from '../../../shared/moneySchemas.ts';
import { calculation, restatement, results } from '../fixtures/money.ts';
import { pushed } from '../fixtures/push.ts';
import { openBrowser } from './browser.ts';
import { openCannedStage, type CannedStage, type Mood } from './cannedStage.ts';
import { NARROW, shoot, SHOTS, type Shoot } from './shots.ts';
import { EXTENSION } from './stage.ts';

jest.setTimeout(120_000);

const problems: string[] = [];
let browser: Browser | null = null;
let stage: CannedStage | null = null;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  stage = await openCannedStage();
  context = await stage.open(browser);
  page = await context.newPage();
  await page.setViewportSize(NARROW);
  await page.goto(`${EXTENSION}/__runFrame`);
  await page.getByText(/conflicts wait for you/).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

/** What one test has made of the server is no other's. */
afterEach(() => {
  stage?.mood('usual');
  stage?.answers(null);
  problems.length = 0;
});

/** Passed over, with the reason printed once, where no browser can run. */
function look(sentence: string, at: (stage: CannedStage) => Promise<void>): void {
  test(sentence, async () => {
    if (!stage) return;
    try {
      await at(stage);
    } catch (error) {
      await page.screenshot({ path: join(SHOTS, `failed-${sentence.slice(0, 40)}.png`) });
      throw error;
    }
  });
}

type Screen = 'Overview' | 'Push' | 'Conflicts' | 'Financials' | 'Activity' | 'Settings';

const screenTab = (screen: Screen) =>
  page.getByRole('tablist', { name: 'Screens' }).getByRole('tab', { name: new RegExp(`^${screen}`) });

/** Opens the screen anew, so that it asks for everything again. */
async function open(screen: Screen): Promise<void> {
  await screenTab(screen === 'Overview' ? 'Settings' : 'Overview').click();
  await screenTab(screen).click();
}

const picture = async (given: Shoot): Promise<void> => {
  problems.push(...(await shoot(page, given)));
};

const planned = async ({ host, tableIds }: CannedStage, count = 5): Promise<void> => {
  const ids = Array.from({ length: count }, (_row, index) => `recPlan000000000${index + 1}`);
  host.select(tableIds['Planned Transactions'] ?? '', ids);
};

/** A screen, or a page within one, and what shows that it is whole. */
type Place = { screen: Screen; page?: string; ready: () => Promise<unknown> };

const heading = (name: string | RegExp) => page.getByRole('heading', { name }).waitFor();
const USUAL: readonly Place[] = [
  {
    screen: 'Overview',
    ready: async () => {
      await page.getByText('99.97%').first().waitFor();
      await page.getByText('Usual delay').first().waitFor();
    },
  },
  {
    screen: 'Push',
    ready: () =>
      page.getByRole('button', { name: 'Create 2 lease charges and change 1 bill, $2,495.00' }).waitFor(),
  },
  { screen: 'Conflicts', ready: () => page.getByText('3 conflicts').first().waitFor() },
  {
    screen: 'Financials',
    ready: () => page.getByRole('list', { name: 'From income to draws' }).waitFor(),
  },
  {
    screen: 'Activity',
    page: 'Selected row',
    ready: () => page.getByText('Both sides agree.').waitFor(),
  },
  { screen: 'Activity', page: 'Everything', ready: () => page.locator('.entry').first().waitFor() },
  { screen: 'Settings', page: 'General', ready: () => heading('This connection') },
  { screen: 'Settings', page: 'Tables', ready: () => page.getByText('New table “Units”').first().waitFor() },
  {
    screen: 'Settings',
    page: 'Policies',
    ready: () => page.getByText('2 fields · Field by field').waitFor(),
  },
  { screen: 'Settings', page: 'People', ready: () => heading('Sessions and tokens') },
];

/** Opens a screen anew, and the page within it. The history of a row follows what is selected. */
async function openPlace({ screen, page: inner }: Place): Promise<void> {
  if (inner === 'Selected row') stage?.host.select(stage.tableIds['Units'] ?? '', ['recUnit0000000001']);
  await open(screen);
  if (inner !== undefined) await page.getByRole('tab', { name: inner, exact: true }).click();
}

const nameOf = ({ screen, page: inner }: Place): string =>
  ['states', screen, inner]
    .filter((part) => part !== undefined)
    .join('-')
    .toLowerCase()
    .replaceAll(' ', '-');

look('Every screen is whole in both themes, narrow and wide', async (on) => {
  await planned(on);
  for (const place of USUAL) {
    await openPlace(place);
    await picture({ name: nameOf(place), ready: place.ready });
  }
  expect(problems).toEqual([]);
});

const NARROW_ONLY = { widths: ['narrow'] } as const;

look('A push that needs a word, and one that was refused, say what became of each row', async (on) => {
  await planned(on);
  await open('Push');
  const confirm = page.getByRole('button', { name: /^Create 2 lease charges/ });
  await confirm.waitFor();
  const before = on.asked.length;
  on.mood('failed');
  await confirm.click();
  await page.getByText('The database does not answer now.').waitFor();
  on.mood('usual');
  on.answers({ push: { preview: null, push: pushed } });
  await confirm.click();
  const adopt = page.getByRole('button', { name: 'It is payment 8822, $120.00 on Nov 22' });
  await picture({ name: 'states-push-result', ready: () => adopt.waitFor(), ...NARROW_ONLY });
  const confirmed = on.asked.slice(before).filter(({ name }) => name === 'push');
  const records = [1, 2, 3].map((number) => ({
    recordId: `recPlan000000000${number}`,
    previewHash: `hash${number}`,
  }));
  // The second click repeats the very words of the first: by them the server knows that it is the same push.
  const body = { dryRun: false, records };
  expect(confirmed).toEqual([
    { name: 'push', body },
    { name: 'push', body },
  ]);
  on.answers(null);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(problems).toEqual([]);
});

look('A conflict over two fields takes a side for one and a typed value for the other', async (on) => {
  await open('Conflicts');
  await page.getByRole('button', { name: /Lease 702/ }).click();
  await page
    .getByRole('radio', { name: /In Airtable/ })
    .first()
    .click();
  await page.getByText('Buildium’s rent becomes $1,555.00.').waitFor();
  await page.getByRole('button', { name: 'Type a value' }).nth(1).click();
  await page.getByLabel('Lease To on both sides').fill('2027-07-31');
  const settle = page.getByRole('button', { name: 'Settle 2 fields' });
  await picture({ name: 'states-conflict-typed', ready: () => settle.waitFor() });
  on.answers({ resolveConflicts: { taken: [], closed: [], moved: [], refused: [] } });
  await settle.click();
  await page.getByText('2 fields settled').waitFor();
  const version = { buildium: 'b1', airtable: 'a1' };
  expect(on.asked.find(({ name }) => name === 'resolveConflicts')?.body).toEqual({
    choices: [
      { conflictId: conflictNumber(2).conflictId, side: 'airtable', version },
      { conflictId: conflictNumber(3).conflictId, value: '2027-07-31', version },
    ],
  });
  on.answers(null);
  expect(problems).toEqual([]);
});

look(
  'A whole list gets the same answer, named with its number; what was settled lists its way back',
  async (on) => {
    await open('Conflicts');
    await page.getByRole('button', { name: 'Settle all 3' }).click();
    const all = page.getByRole('button', { name: 'Use Buildium’s value for all 3' });
    await picture({ name: 'states-conflicts-all', ready: () => all.waitFor(), ...NARROW_ONLY });
    on.answers({ resolveConflicts: { taken: ['a', 'b', 'c'], closed: [], moved: [], refused: [] } });
    await all.click();
    await page.getByText(/3 conflicts settled for Buildium/).waitFor();
    const asked = on.asked.findLast(({ name }) => name === 'resolveConflicts');
    expect(asked?.body).toEqual({ filter: {}, side: 'buildium', count: 3 });
    on.answers({ listConflicts: settledConflicts });
    await page.getByRole('tab', { name: 'Settled' }).click();
    const undo = page.getByRole('button', { name: /Bring the other value/ });
    await picture({ name: 'states-conflicts-settled', ready: () => undo.waitFor(), ...NARROW_ONLY });
    on.answers(null);
    expect(problems).toEqual([]);
  },
);

look('A month opens down to its entries; one that has changed since, or was stopped, says so', async (on) => {
  await open('Financials');
  await page.getByRole('button', { name: 'Harbor View Apartments' }).click();
  await page.getByRole('button', { name: 'Repairs' }).click();
  const drill = page.getByRole('heading', { name: 'Repairs: 1 entry, $2,482.00' });
  await picture({ name: 'states-financials-entries', ready: () => drill.waitFor(), ...NARROW_ONLY });
  const stopped: CalculationView = { ...calculation, state: 'blocked', run: null, totals: null, restatement };
  on.answers({ listCalculations: { calculations: [stopped] } });
  await open('Financials');
  const words = page.getByText('Bill 512 for Repairs was raised by $125.50.');
  await picture({ name: 'states-financials-stopped', ready: () => words.waitFor(), ...NARROW_ONLY });
  const running: CalculationView = {
    ...{ ...calculation, state: 'running', run: null, totals: null },
    progress: { step: 'reading the ledger', done: 3, of: 8 },
  };
  on.answers({ listCalculations: { calculations: [running] } });
  await open('Financials');
  const meter = page.getByRole('progressbar', { name: 'Reading the ledger' });
  await picture({ name: 'states-financials-running', ready: () => meter.waitFor(), ...NARROW_ONLY });
  on.answers(null);
  expect(problems).toEqual([]);
});

look('Another policy is tried on the last month before it is saved', async () => {
  await openPlace({ screen: 'Settings', page: 'Policies', ready: async () => undefined });
  await page.getByText('2 fields · Field by field').click();
  await page.getByLabel('Policy of Market Rent in units').selectOption('buildium');
  const tried = page.getByText('Of 12 conflicts in the last 30 days, 1 would have gone otherwise.');
  await picture({ name: 'states-policies', ready: () => tried.waitFor(), ...NARROW_ONLY });
  expect(problems).toEqual([]);
});

look(
  'Places are proposed, tried, and only then saved; rows are matched before anything is written',
  async (on) => {
    const tables: Place = { screen: 'Settings', page: 'Tables', ready: async () => undefined };
    await openPlace(tables);
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByText('Units stand in “Apartments”.').waitFor();
    await page.getByText('“Apartments”, 3 of 4 fields').click();
    const why = page.getByText('48 of 50 values looked at are in Buildium');
    await picture({ name: 'states-settings-tables-proposed', ready: () => why.waitFor() });
    const rent = page.getByLabel('Field for Market Rent in units');
    expect(await rent.locator('option:disabled').allTextContents()).toContain('Rent a year (formula)');
    on.answers({
      changeMapping: {
        ...{ dryRun: true, changes: [], stopsSync: false },
        problems: [{ resource: 'units', key: 'marketRent', message: 'Market Rent has no place.' }],
      },
    });
    await rent.selectOption('');
    await page.getByText('1 choice cannot be kept').waitFor();
    await page.getByRole('button', { name: /^Save places \(Put right/ }).waitFor();
    on.answers({ readConnection: { ...connection, state: 'pairing' }, readPairing: openPairing });
    await openPlace({ ...tables, screen: 'Settings' });
    const finish = page.getByRole('button', { name: 'Finish without 48 open pairs' });
    await picture({ name: 'states-settings-pairing', ready: () => finish.waitFor(), ...NARROW_ONLY });
    await page.getByRole('button', { name: 'Approve all 46 sure ones' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    expect(on.asked.findLast(({ name }) => name === 'decidePairing')?.body).toEqual({ minScore: 90 });
    on.answers(null);
    expect(problems).toEqual([]);
  },
);

look('What differed is named and mended, what was changed together is undone together', async (on) => {
  await open('Overview');
  await page.getByRole('button', { name: 'Show what differed' }).click();
  const words = page.getByText('Rent: $2,300.00 in Buildium, $2,250.00 in Airtable');
  await picture({ name: 'states-overview-differences', ready: () => words.waitFor(), ...NARROW_ONLY });
  await page.getByRole('button', { name: 'Mend what can be mended' }).click();
  await page.getByText('1 record is looked at again. 1 waits for a decision of yours').waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
  expect(on.asked.some(({ name }) => name === 'repairReconciliation')).toBe(true);
  await openPlace({ screen: 'Activity', page: 'Everything', ready: async () => undefined });
  await page.getByRole('button', { name: 'Undo …' }).click();
  const undo = page.getByRole('button', { name: 'Undo 1 change, leave 1 to me' });
  await picture({ name: 'states-activity-undo', ready: () => undo.waitFor(), ...NARROW_ONLY });
  await undo.click();
  await page.getByText('1 change on the way back').waitFor();
  expect(on.asked.findLast(({ name }) => name === 'undoRun')?.body).toEqual({
    ...{ dryRun: false, previewId: 'seen7', accepted: ['u2'] },
  });
  expect(problems).toEqual([]);
});

const MOODS: readonly [Mood, RegExp][] = [
  [
    'empty',
    /No conflicts|Nothing calculated yet|Nothing here|Nobody yet|Select the rows|Both sides agree|Not compared yet|Nothing flows both ways|“Buildings”, |This connection/,
  ],
  ['failed', /The database does not answer now/],
  ['forbidden', /Ask an admin for the role operator/],
  ['slow', /./],
];

for (const [mood, words] of MOODS)
  look(`A server that is ${mood} leaves no screen without a word`, async (on) => {
    await planned(on, mood === 'empty' ? 0 : 5);
    // The frame asks for what the Overview shows: only a panel that has just been opened knows nothing of it yet.
    on.mood(mood, true);
    await page.reload();
    for (const place of USUAL) {
      if (place.screen !== 'Overview') await openPlace(place);
      const ready =
        mood === 'slow'
          ? () =>
              page
                .getByRole('status', { name: /^Loading/ })
                .first()
                .waitFor()
          : () => page.getByText(words).first().waitFor();
      await picture({ name: `${nameOf(place)}-${mood}`, ready, ...NARROW_ONLY, isKept: false });
    }
    on.mood('usual');
    await page.reload();
    await page.getByText(/conflicts wait for you/).waitFor();
    expect(problems).toEqual([]);
  });

look('Ten thousand conflicts, and as many selected rows, cost no more than those in view', async (on) => {
  const conflicts = Array.from({ length: 10_000 }, (_one, index) => conflictNumber(index + 1));
  on.answers({ listConflicts: { conflicts, total: conflicts.length, nextAfter: null } });
  await open('Conflicts');
  const list = page.locator('.virtual');
  await list.waitFor();
  await list.evaluate((node) => (node.scrollTop = node.scrollHeight));
  await page.getByRole('button', { name: /Lease 10700/ }).waitFor();
  expect(await page.locator('.virtual-row').count()).toBeLessThan(40);
  const [property] = results.properties;
  const properties = Array.from({ length: 10_000 }, (_one, index) => ({
    ...(property as NonNullable<typeof property>),
    ...{ propertyId: index + 1, name: `House ${index + 1}` },
  }));
  on.answers({ readCalculationResults: { ...results, properties } });
  await open('Financials');
  await page.getByText('The first 100 of 10,000').waitFor();
  await page.getByLabel('Find a property').fill('house 9876');
  await page.getByRole('button', { name: 'House 9876' }).waitFor();
  on.answers(null);
  await planned(on, 10_000);
  await open('Push');
  await page.getByText('10,000 rows are chosen; the first 500 are shown.').waitFor();
  await page.getByRole('button', { name: /^Create 2 lease charges/ }).waitFor();
  const { recordIds } = on.asked.findLast(({ name }) => name === 'push')?.body as { recordIds: string[] };
  expect(recordIds).toHaveLength(500);
});

look('Whoever may only look finds every button with the reason why not', async (on) => {
  if (!browser) return;
  const viewers = await on.open(browser, 'viewer');
  page = await viewers.newPage();
  await page.setViewportSize(NARROW);
  await planned(on);
  await page.goto(`${EXTENSION}/__runFrame`);
  for (const [screen, name] of [
    ['Push', /^Create 2 lease charges.*ask an admin/],
    ['Conflicts', /^Settle all/],
    ['Financials', /^Calculate.*ask an admin/],
    ['Settings', /^Save policies.*Only admins/],
  ] as const) {
    await screenTab(screen).click();
    if (screen === 'Settings') await page.getByRole('tab', { name: 'Policies' }).click();
    const ready = (): Promise<void> => page.getByRole('button', { name }).first().waitFor();
    await picture({ name: `states-${screen.toLowerCase()}-viewer`, ready, ...NARROW_ONLY });
  }
  expect(problems).toEqual([]);
});
