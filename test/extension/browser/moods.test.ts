import { expect } from '@jest/globals';
import { AT } from '../fixtures/basics.ts';
import type { Answers } from '../fixtures/answers.ts';
import type { Mood } from './cannedStage.ts';
import { conflictNumber } from '../fixtures/conflicts.ts';
import { results } from '../fixtures/money.ts';
import { painted, takeShifts, watchShifts, type Shift } from './layoutShift.ts';
import { panelLooks } from './panelLooks.ts';
import { nameOf, PLACES } from './places.ts';
import { NARROW, WIDE } from './shots.ts';

const look = panelLooks();
const NARROW_ONLY = { widths: ['narrow'] } as const;

/** Under this sum a page's layout counts as steady (web.dev, Cumulative Layout Shift). */
const STANDS_STILL = 0.1;

/** What stands above the rest of the overview, and comes by itself. */
const SOMETHING_WAITS: Answers = {
  listHeld: {
    held: [1, 2, 3].map((entity) => ({
      ...{ heldId: `held${entity}`, airtableRecordId: null, whatToDo: 'Set it right.', approvalId: null },
      ...{ resource: 'leases', entityId: String(entity), kind: 'parked', reason: 'Refused.', attempts: 1 },
      ...{ since: AT, parkedAt: AT, waitingFor: null, nextTryAt: null },
    })),
    nextAfter: null,
  },
  listApprovals: {
    approvals: [
      {
        ...{ approvalId: 'a1', resource: 'units', kind: 'rowDeleted', field: null, state: 'open' },
        ...{ openedAt: AT, question: '12 rows of units were deleted in Airtable.' },
        ...{
          ifApproved: 'They stay out of the sync.',
          ifIgnored: 'They are made anew.',
          entities: 12,
          examples: [],
        },
        ...{ tableRows: 40, decidedBy: null, decidedAt: null },
      },
    ],
  },
};

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
  'No screen jumps while its answers come one after the other, narrow or wide',
  async ({ page, on, planned, show }) => {
    await watchShifts(page);
    const jumped: Record<string, Shift[]> = {};
    let worst = 0;
    for (const viewport of [NARROW, WIDE]) {
      await page.setViewportSize(viewport);
      for (const place of PLACES) {
        if (place.screen === 'Push') planned();
        if (place.screen === 'Overview') on.answers(SOMETHING_WAITS);
        on.hold(true);
        if (place.screen === 'Overview') await page.reload();
        else await show(place);
        const whole = place.ready(page).then(() => 'whole' as const);
        // Each answer is on the screen before the next one comes.
        while ((await Promise.race([whole, painted(page)])) !== 'whole') on.letOneGo();
        while (on.letOneGo() !== null) await painted(page);
        const shifts = await takeShifts(page);
        const sum = shifts.reduce((before, { value }) => before + value, 0);
        worst = Math.max(worst, sum);
        if (sum >= STANDS_STILL) jumped[`${nameOf(place)}, ${viewport.width} px`] = shifts;
        on.hold(false);
      }
    }
    await page.setViewportSize(NARROW);
    process.stdout.write(`Layout shift of a screen as it loads: at most ${worst.toFixed(3)}\n`);
    expect(jumped).toEqual({});
  },
);

look(
  'Ten thousand conflicts, and as many selected rows, cost no more than those in view',
  async ({ page, on, open, picture, planned }) => {
    await page.reload();
    const whole = (name: string, ready: () => Promise<unknown>): Promise<void> =>
      picture({ name: `states-${name}-many`, ready, fullPage: false, ...NARROW_ONLY });
    const conflicts = Array.from({ length: 10_000 }, (_one, index) => conflictNumber(index + 1));
    on.answers({ listConflicts: { conflicts, total: conflicts.length, version: 'v1', nextAfter: null } });
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
