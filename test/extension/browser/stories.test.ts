import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { createPairingCode } from '../../../server/jobs/signIn/signIn.ts';
import { eventually } from '../../support/journeyEventually.ts';
import { openBrowser, SHOWN_WITHIN_MS } from './browser.ts';
import { NARROW, shoot, SHOTS, snapshot, WIDE, type Shoot } from './shots.ts';
import {
  AIRTABLE,
  everythingSynced,
  EXTENSION,
  makeConflicts,
  openStage,
  SERVER,
  type Stage,
} from './stage.ts';

let browser: Browser | null = null;
let stage: Stage | null = null;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  stage = await openStage();
  context = await stage.open(browser);
  context.setDefaultTimeout(SHOWN_WITHIN_MS);
  page = await context.newPage();
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

/** A story of the whole product; it is passed over, with the reason printed once, where no browser can run. */
function story(sentence: string, tell: (stage: Stage) => Promise<void>): void {
  test(sentence, async () => {
    if (!stage) return;
    try {
      await tell(stage);
    } catch (error) {
      await page.screenshot({ path: join(SHOTS, `failed-${sentence.slice(0, 40)}.png`) });
      throw error;
    }
  });
}

const today = () => new Date().toISOString().slice(0, 10);
const button = (name: string | RegExp) => page.getByRole('button', { name });
/** The panel asks again as soon as it is looked at: nobody waits for its next round. */
const lookAgain = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
const tab = (name: string | RegExp) => page.getByRole('tab', { name });

/** Pictures in both themes, looked over by axe. */
async function picture(
  name: string,
  ready: () => Promise<unknown>,
  given: Partial<Shoot> = {},
): Promise<void> {
  expect(await shoot(page, { name, ready, ...given })).toEqual([]);
}

const NARROW_ONLY = { widths: ['narrow'] } as const;

story('A wrong address is told apart from one that does not answer and from another program', async () => {
  await page.setViewportSize(NARROW);
  const started = performance.now();
  await page.goto(`${EXTENSION}/__runFrame`);
  const address = page.getByLabel('Server address');
  await address.waitFor();
  expect(performance.now() - started).toBeLessThan(20_000);
  // Shown and not asserted: a machine that is busy is no slower panel.
  const firstPaintMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const seen = new PerformanceObserver((list) => {
          const [entry] = list.getEntriesByName('first-contentful-paint');
          if (entry) resolve(entry.startTime);
        });
        seen.observe({ type: 'paint', buffered: true });
      }),
  );
  process.stdout.write(`First contentful paint of the panel: ${firstPaintMs.toFixed(0)} ms\n`);
  await picture('connect-empty', () => address.waitFor());
  await address.fill('http://sync.example.com');
  await page.getByText('must begin with https://, so that').waitFor();
  await address.fill('https://127.0.0.1:4000');
  await page.getByText('may not call https://127.0.0.1:4000').waitFor();
  await address.fill(AIRTABLE);
  await page.getByText('it is another program').waitFor();
  await picture('connect-wrong', () => address.waitFor(), NARROW_ONLY);
});

story('A newcomer signs in with one click, beside the grid, and leaves no row behind', async (on) => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(`${AIRTABLE}/?frame=${encodeURIComponent(`${EXTENSION}/__runFrame`)}`);
  const frame = page.frameLocator('iframe');
  await page.getByRole('tab', { name: 'Leases' }).click();
  await frame.getByLabel('Server address').fill(SERVER);
  await frame.getByText(/Sync server .* answers/).waitFor();
  await frame.getByRole('button', { name: 'Sign in as Cora Bell' }).click();
  await frame.getByText('Everything is in sync').waitFor();
  await frame.getByRole('row', { name: /Leases/ }).waitFor();
  expect(on.host.globalConfig()).toEqual({ serverAddress: SERVER });
  await eventually(() => expect(on.grid.rows('Sync Sign-ins')).toEqual([]));
  await snapshot(page, 'beside-grid');
});

story('From opening the panel to the first push takes no more than six clicks', async (on) => {
  const [lease] = on.grid.rows('Leases');
  const account = on.grid.rows('GL Accounts').find(({ cells }) => cells['Name'] === 'Rent Income');
  const fields = { Plan: 'Lost key', Kind: 'Lease charge', Amount: 75, Memo: 'Lost key' };
  await on.inAirtable('createRecords', {
    table: 'Planned Transactions',
    records: [
      { fields: { ...fields, Date: today(), Lease: [lease?.id], 'GL Account': [account?.id] } },
      { fields: { ...fields, Plan: 'No date yet', Lease: [lease?.id], 'GL Account': [account?.id] } },
    ],
  });
  let clicks = 0;
  const click = async (what: Locator, given: { modifiers?: ['Control'] } = {}): Promise<void> => {
    clicks += 1;
    await what.click(given);
  };
  const frame = page.frameLocator('iframe');
  await page.frame({ url: /^https:\/\/block-/ })?.evaluate(() => window.sessionStorage.clear());
  await page.reload();
  await click(frame.getByRole('button', { name: 'Sign in as Cora Bell' }));
  await click(frame.getByRole('tab', { name: 'Push' }));
  await click(page.getByRole('tab', { name: 'Planned Transactions' }));
  const [first, second] = on.grid.rows('Planned Transactions').slice(-2);
  await click(page.locator(`[data-record="${first?.id}"]`));
  await click(page.locator(`[data-record="${second?.id}"]`), { modifiers: ['Control'] });
  await frame.getByText('Date:').waitFor();
  await snapshot(page, 'beside-grid-push');
  await click(frame.getByRole('button', { name: 'Create 1 lease charge, $75.00' }));
  await frame.getByText('1 transaction in Buildium').waitFor({ timeout: 30_000 });
  expect(clicks).toBeLessThanOrEqual(6);
  await snapshot(page, 'beside-grid-pushed');
  await frame.getByRole('button', { name: 'Done' }).click();
  // The same rows again: what is in Buildium is unchanged, and there is nothing left to press.
  await frame.getByRole('button', { name: /Nothing to send/ }).waitFor();
  const booked = [...on.network.buildium.world.records.transactions.values()];
  expect(booked.filter(({ memo }) => memo?.startsWith('Lost key'))).toHaveLength(1);
});

story('The activity follows the row that is selected in the grid', async (on) => {
  const frame = page.frameLocator('iframe');
  await page.getByRole('tab', { name: 'Units' }).click();
  const [unit] = on.grid.rows('Units');
  await page.locator(`[data-record="${unit?.id}"]`).click();
  await frame.getByRole('tab', { name: 'Activity' }).click();
  await frame.getByText('Both sides agree.').first().waitFor();
  await frame.getByRole('heading', { name: 'Harbor View Apartments – 1A in Units' }).first().waitFor();
  await snapshot(page, 'beside-grid-activity');
});

story('In its own tab, a signed-in person sees how the sync stands', async () => {
  await page.goto(`${EXTENSION}/__runFrame`);
  await button('Sign in as Cora Bell').click();
  await page.getByText('Everything is in sync').waitFor();
  // A reload of the page forgets nobody.
  await page.reload();
  await page.getByText('Everything is in sync').waitFor();
  await picture('overview', () => page.getByRole('row', { name: /Leases/ }).waitFor());
});

story('"Sync now" shows how far it is, and says when it is done', async () => {
  await button('Sync now').click();
  await page.getByText(/Done: [\d,]+ records? looked at/).waitFor({ timeout: 30_000 });
});

story('A record that Airtable refuses is listed with the reason, and a retry brings it in', async (on) => {
  await tab('Overview').click();
  const fault = { type: 'INVALID_VALUE_FOR_COLUMN', message: 'Field "Memo" cannot accept the value' };
  on.network.airtable.faults.add([
    { body: 'cursed payment', effect: { kind: 'status', status: 422, body: { error: fault } } },
  ]);
  const [lease] = on.grid.rows('Leases');
  const leaseId = Number(lease?.cells['Buildium ID']);
  await on.inBuildium('recordRentPayment', { leaseId, amount: 25, memo: 'cursed payment' });
  await eventually(async () => {
    const parked = await on.fresh.database.query('select 1 from marks where parked_at is not null');
    expect(parked).toHaveLength(1);
  });
  await lookAgain();
  await page.getByText('1 record needs your attention').waitFor();
  await picture(
    'overview-attention',
    () => page.getByText('Field "Memo" cannot accept the value').waitFor(),
    NARROW_ONLY,
  );
  on.network.airtable.faults.clear();
  await button(/Retry Transaction/).click();
  await page.getByText('Everything is in sync').waitFor();
});

story('A conflict is settled with two clicks, and the value lands on both sides', async (on) => {
  await makeConflicts(on, [
    { unit: 0, buildium: 1444, airtable: 1555 },
    { unit: 1, buildium: 1700, airtable: 1650 },
  ]);
  await lookAgain();
  await page.getByRole('tab', { name: 'Conflicts 2' }).waitFor({ timeout: 30_000 });
  await page.getByText('2 conflicts wait for you').waitFor();
  await snapshot(page, 'overview-conflicts');
  await button('Show conflicts').click();
  await button(/Harbor View Apartments – 1B/).click();
  await button('All conflicts').waitFor();
  await snapshot(page, 'conflict-narrow');
  await button('All conflicts').click();
  await page.setViewportSize(WIDE);
  await page.getByRole('radio', { name: /In Airtable/ }).click();
  await page.getByText('Market Rent: $1,555.00 on both sides').waitFor();
  await snapshot(page, 'conflict-chosen');
  await button('Use Airtable’s value').click();
  await page.getByText('Airtable’s value it is: Market Rent is $1,555.00').waitFor();
  const [unit] = on.grid.rows('Units');
  const unitId = Number(unit?.cells['Buildium ID']);
  await eventually(async () => {
    const inBuildium = await (await on.network.job()).buildium.get(`/v1/rentals/units/${unitId}`);
    expect(inBuildium).toMatchObject({ ok: true, value: { MarketRent: 1555 } });
    expect(on.grid.row('Units', unitId).cells).toMatchObject({ 'Market Rent': 1555 });
  });
});

story(
  'Two people at once: one settles the other conflict by keyboard alone, and it goes from both panels',
  async (on) => {
    await page.getByRole('radio', { name: /In Buildium/ }).waitFor();
    on.host.signInAs(on.people.editor);
    const second = await context.newPage();
    await second.setViewportSize(WIDE);
    await second.goto(`${EXTENSION}/__runFrame`);
    await second.getByRole('button', { name: 'Sign in as Ed Park' }).click();
    await second.getByRole('tab', { name: 'Conflicts 1' }).click();
    await second.getByRole('radio', { name: /In Buildium/ }).waitFor();
    await second.keyboard.press('j');
    await second.keyboard.press('1');
    await second.getByText('Market Rent: $1,700.00 on both sides').waitFor();
    await second.keyboard.press('Enter');
    await second.getByText('No conflicts').waitFor();
    await lookAgain();
    await page.getByText('No conflicts').waitFor();
    await everythingSynced(on.fresh);
    await page.getByRole('tab', { name: 'Settled' }).click();
    await page.getByText('by ed@maplestreet.example').waitFor();
    await second.close();
    on.host.signInAs(on.people.creator);
  },
);

story('What was settled is brought back with one click', async (on) => {
  const [, unit] = on.grid.rows('Units');
  const unitId = Number(unit?.cells['Buildium ID']);
  await button(/^Undo to .*: Market Rent/)
    .first()
    .click();
  await eventually(async () => {
    const inBuildium = await (await on.network.job()).buildium.get(`/v1/rentals/units/${unitId}`);
    expect(inBuildium).toMatchObject({ ok: true, value: { MarketRent: 1650 } });
    expect(on.grid.row('Units', unitId).cells).toMatchObject({ 'Market Rent': 1650 });
  });
  await everythingSynced(on.fresh);
});

story('The month is calculated, followed down to an entry, and approved', async () => {
  await tab('Financials').click();
  await button(/^Calculate/).click();
  await page.getByRole('list', { name: 'From income to draws' }).waitFor({ timeout: 40_000 });
  await picture('financials', () => page.getByText('By property').waitFor());
  await page.setViewportSize(WIDE);
  await button(/Maple Street Duplex/).click();
  await button(/Rent Income/)
    .first()
    .click();
  await page.getByRole('heading', { name: /Rent Income: \d+ entr/ }).waitFor();
  await snapshot(page, 'financials-entries');
  await button(/^Approve/).click();
  await page.getByText('Approved by cora@maplestreet.example').waitFor();
});

story('The activity is searched, filtered and exported', async () => {
  await tab('Activity').click();
  await tab('Everything').click();
  const settled = page.locator('.entry', { hasText: 'Conflict settled' }).first();
  await settled.waitFor();
  await page.getByLabel('What happened').selectOption('conflictDecided');
  await page.getByText(/^\d entr/).waitFor();
  // Named as people name it; its number stands with the reason.
  await settled.getByText(/^[A-Z][a-z]+ .+ – \w+$/).waitFor();
  await settled.getByText(/Unit \d+ · /).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button('Export CSV').click()]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.split('\r\n')[0]).toBe('\uFEFFWhen,Who,What,Resource,Buildium ID,Row,Field,Before,After,Why');
  expect(csv.match(/Conflict settled/g)?.length).toBeGreaterThanOrEqual(2);
});

story('An admin pauses and resumes, moves the nightly read, and lets edits of owners through', async (on) => {
  await tab('Settings').click();
  await page.getByLabel('Nightly full read').waitFor();
  await tab('People').click();
  await page.getByRole('heading', { name: 'Sessions and tokens' }).waitFor();
  await tab('General').click();
  await page.getByLabel('Nightly full read').fill('04:15');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: /^Save \(Nothing is changed/ }).waitFor();
  await button('Let edits through: owners').click();
  await button('Confirm, and let edits through').click();
  await button('Put edits back again: owners').waitFor();
  await button('Pause the sync').click();
  await button('Resume the sync').waitFor();
  await tab('Overview').click();
  await page.getByText('The sync is paused', { exact: true }).waitFor();
  await tab('Settings').click();
  await button('Resume the sync').click();
  await button('Pause the sync').waitFor();
  const { settings, state } = await on.network.job();
  const { nightlyAt, confirmedUnused } = settings;
  expect({ nightlyAt, confirmedUnused, state }).toEqual({
    ...{ nightlyAt: '04:15', confirmedUnused: ['owners'], state: 'running' },
  });
});

story(
  'While the server is away the panel says so and keeps what it knew; then it goes on by itself',
  async (on) => {
    await tab('Overview').click();
    await lookAgain();
    await page.getByText('Everything is in sync').waitFor();
    on.offline(true);
    await lookAgain();
    await page.getByText('The sync server does not answer').waitFor();
    await page.getByRole('row', { name: /Leases/ }).waitFor();
    await picture('offline', () => page.getByText('The sync server does not answer').waitFor(), NARROW_ONLY);
    on.offline(false);
    await lookAgain();
    await page.getByText('The sync server does not answer').waitFor({ state: 'detached' });
  },
);

story(
  'Units move into a table that was there: fields are proposed, one is left out, rows matched and approved, none made twice',
  async (on) => {
    await page.setViewportSize(WIDE);
    const units = on.grid.rows('Units');
    await on.inAirtable('createTable', {
      name: 'Apartments',
      fields: [
        { name: 'Apartment', type: 'singleLineText' },
        { name: 'Number', type: 'singleLineText' },
        { name: 'Rent', type: 'currency', options: { precision: 2, symbol: '$' } },
        { name: 'Book no', type: 'singleLineText' },
      ],
    });
    const records = units.map(({ cells }) => ({
      fields: {
        ...{ Apartment: cells['Name'], Number: cells['Unit Number'] },
        ...{ Rent: cells['Market Rent'], 'Book no': cells['Buildium ID'] },
      },
    }));
    await on.inAirtable('createRecords', { table: 'Apartments', records });
    await tab('Settings').click();
    await tab('Tables').click();
    await page.getByText(/^“Units”, /).click();
    const place = page.locator('details[open]');
    await place.getByLabel('Table', { exact: true }).selectOption({ label: 'Apartments' });
    await page.getByText('Units stand in “Apartments” instead of “Units”.').waitFor();
    await page.getByText(/^Units: \d+ of its fields are used/).waitFor();
    const chosen = (label: string): Promise<string | null> =>
      place.getByLabel(label).locator('option:checked').textContent();
    expect(await chosen('Field for Market Rent in units')).toBe('Rent');
    expect(await chosen('Field for Buildium ID in units')).toBe('Book no');
    await place.getByLabel('Field for Description in units').selectOption({ label: 'Leave it out' });
    await page.getByText(/^Units: left out: Description/).waitFor();
    await snapshot(page, 'mapping-proposed');
    await button('Save places').click();
    await button('Look for pairs').click();
    await button(`Approve all ${units.length} sure ones`).click();
    await snapshot(page, 'mapping-approved');
    await button('Finish and start the sync').click();
    await eventually(async () => expect((await on.network.job()).state).toBe('running'));
    await everythingSynced(on.fresh);
    const rows = on.grid.rows('Apartments');
    expect(rows).toHaveLength(units.length);
    expect(rows.every(({ cells }) => cells['Sync Status'] !== undefined && !('Description' in cells))).toBe(
      true,
    );
    await tab('Overview').click();
    await lookAgain();
    await page.getByText('Everything is in sync').waitFor();
  },
);

story('A reader signs in with a code, and each button says why it is not for them', async (on) => {
  await tab('Settings').click();
  await button('Sign out').click();
  on.host.signInAs(on.people.reader);
  await page.reload();
  await button('Sign in as Rita Reyes').click();
  await page.getByText('You need editor permissions in this base.').waitFor();
  await picture(
    'connect-refused',
    () => page.getByText('You cannot sign in this way').waitFor(),
    NARROW_ONLY,
  );
  await button('Use a code instead').click();
  const { code } = await createPairingCode(await on.network.job(), { role: 'viewer', name: 'Rita Reyes' });
  await page.getByLabel('Pairing code').fill(code);
  await button('Sign in with code').click();
  await page.getByText('Everything is in sync').waitFor();
  const syncNow = page.getByRole('button', { name: /Sync now/ });
  expect(await syncNow.getAttribute('aria-disabled')).toBe('true');
  expect(await syncNow.getAttribute('title')).toMatch(/ask an admin/);
  await tab('Settings').click();
  await page.getByText('You are signed in as viewer').waitFor();
  await picture(
    'settings-viewer',
    () => page.getByText('You are signed in as viewer').waitFor(),
    NARROW_ONLY,
  );
});
