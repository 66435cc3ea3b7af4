import { expect, jest } from '@jest/globals';
import type { Mood } from './cannedStage.ts';
import { conflictNumber } from '../fixtures/conflicts.ts';
import { results } from '../fixtures/money.ts';
import { panelLooks } from './panelLooks.ts';
import { nameOf, PLACES } from './places.ts';

jest.setTimeout(120_000);

const look = panelLooks();
const NARROW_ONLY = { widths: ['narrow'] } as const;

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
  look(
    `A server that is ${mood} leaves no screen without a word`,
    async ({ page, on, open, picture, planned }) => {
      planned(mood === 'empty' ? 0 : 5);
      // The frame asks for what the Overview shows: only a panel that has just been opened knows nothing of it yet.
      on.mood(mood, true);
      await page.reload();
      for (const place of PLACES) {
        if (place.screen !== 'Overview') await open(place);
        const ready =
          mood === 'slow'
            ? () =>
                page
                  .getByRole('status', { name: /^Loading/ })
                  .first()
                  .waitFor()
            : () => page.getByText(words).first().waitFor();
        await picture({ name: `${nameOf(place)}-${mood}`, ready, ...NARROW_ONLY });
      }
    },
  );

look(
  'Ten thousand conflicts, and as many selected rows, cost no more than those in view',
  async ({ page, on, open, picture, planned }) => {
    await page.reload();
    const whole = (name: string, ready: () => Promise<unknown>): Promise<void> =>
      picture({ name: `states-${name}-many`, ready, fullPage: false, ...NARROW_ONLY });
    const conflicts = Array.from({ length: 10_000 }, (_one, index) => conflictNumber(index + 1));
    on.answers({ listConflicts: { conflicts, total: conflicts.length, nextAfter: null } });
    await open('Conflicts');
    const list = page.locator('.virtual');
    await list.waitFor();
    await list.evaluate((node) => (node.scrollTop = node.scrollHeight));
    await page.getByRole('button', { name: /Lease 10700/ }).waitFor();
    expect(await page.locator('.virtual-row').count()).toBeLessThan(40);
    await whole('conflicts', () => page.getByRole('button', { name: /Lease 10700/ }).waitFor());
    const [property] = results.properties;
    const properties = Array.from({ length: 10_000 }, (_one, index) => ({
      ...(property as NonNullable<typeof property>),
      ...{ propertyId: index + 1, name: `House ${index + 1}` },
    }));
    on.answers({ readCalculationResults: { ...results, properties } });
    await open('Financials');
    await whole('financials', () => page.getByText('The first 100 of 10,000').waitFor());
    await page.getByLabel('Find a property').fill('house 9876');
    await page.getByRole('button', { name: 'House 9876' }).waitFor();
    on.answers(null);
    planned(10_000);
    await open('Push');
    await page.getByText('10,000 rows are chosen; the first 500 are shown.').waitFor();
    await whole('push', () => page.getByRole('button', { name: /^Create 2 lease charges/ }).waitFor());
    const { recordIds } = on.asked.findLast(({ name }) => name === 'push')?.body as { recordIds: string[] };
    expect(recordIds).toHaveLength(500);
  },
);

look('Whoever may only look finds every button with the reason why not', async (admin) => {
  admin.planned();
  const { page, picture, screenTab } = await admin.as('viewer');
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
});
