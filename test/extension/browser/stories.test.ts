import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createPairingCode } from '../../../server/jobs/signIn.ts';
import { eventually } from '../../support/journeyEventually.ts';
import { accessibilityProblems, openBrowser } from './browser.ts';
import {
  AIRTABLE,
  everythingSynced,
  EXTENSION,
  makeConflicts,
  openStage,
  SERVER,
  type Stage,
} from './stage.ts';

jest.setTimeout(120_000);

const SHOTS = join(import.meta.dirname, '../../../test-output/extension');

const NARROW = { width: 340, height: 900 };
const SLIM = { width: 320, height: 900 };
const WIDE = { width: 1240, height: 900 };

let browser: Browser | null = null;
let stage: Stage | null = null;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  mkdirSync(SHOTS, { recursive: true });
  stage = await openStage();
  context = await stage.open(browser);
  context.setDefaultTimeout(12_000);
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

const button = (name: string | RegExp) => page.getByRole('button', { name });
/** The panel asks again as soon as it is looked at: nobody waits for its next round. */
const lookAgain = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
const tab = (name: string | RegExp) => page.getByRole('tab', { name });

/** Both widths and both themes, each looked over by axe. */
async function shoot(name: string, ready: () => Promise<unknown>, fullPage = true): Promise<void> {
  const problems: string[] = [];
  for (const [width, size] of [
    ['narrow', NARROW],
    ['wide', WIDE],
  ] as const) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset['theme'] === theme, colorScheme);
      await ready();
      await page.screenshot({ path: join(SHOTS, `${name}-${width}-${colorScheme}.png`), fullPage });
      for (const problem of await accessibilityProblems(page))
        problems.push(`${name} ${width} ${colorScheme}: ${problem}`);
    }
  }
  await page.setViewportSize(SLIM);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  const tooWide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const beyond = [...document.querySelectorAll('.app *')].filter(
      (node) => node.getBoundingClientRect().right > width + 0.5,
    );
    return beyond.map((node) => `${node.tagName}.${node.className.toString()}`);
  });
  if (tooWide.length > 0) problems.push(`${name} does not fit ${SLIM.width} px: ${tooWide.join(', ')}`);
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(problems).toEqual([]);
}

story('A wrong address is told apart from one that does not answer and from another program', async () => {
  await page.setViewportSize(NARROW);
  const started = performance.now();
  await page.goto(`${EXTENSION}/__runFrame`);
  const address = page.getByLabel('Server address');
  await address.waitFor();
  expect(performance.now() - started).toBeLessThan(20_000);
  await shoot('connect-empty', () => address.waitFor());
  await address.fill('http://sync.example.com');
  await page.getByText('must begin with https://, so that').waitFor();
  await address.fill('https://127.0.0.1:4000');
  await page.getByText('may not call https://127.0.0.1:4000').waitFor();
  await address.fill(AIRTABLE);
  await page.getByText('it is another program').waitFor();
  await shoot('connect-wrong', () => address.waitFor());
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
  await page.screenshot({ path: join(SHOTS, 'beside-grid.png') });
});

story('The activity follows the row that is selected in the grid', async (on) => {
  const frame = page.frameLocator('iframe');
  await page.getByRole('tab', { name: 'Units' }).click();
  const [unit] = on.grid.rows('Units');
  await page.locator(`[data-record="${unit?.id}"]`).click();
  await frame.getByRole('tab', { name: 'Activity' }).click();
  await frame.getByRole('tab', { name: 'Selected row' }).click();
  await frame.getByText('Row created').first().waitFor();
  await frame.getByRole('heading', { name: 'Harbor View Apartments – 1A in Units' }).first().waitFor();
  await page.screenshot({ path: join(SHOTS, 'beside-grid-activity.png') });
});

story('In its own tab, a signed-in person sees how the sync stands', async () => {
  await page.goto(`${EXTENSION}/__runFrame`);
  await button('Sign in as Cora Bell').click();
  await page.getByText('Everything is in sync').waitFor();
  await shoot('overview', () => page.getByRole('row', { name: /Leases/ }).waitFor());
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
  await shoot('overview-attention', () => page.getByText('Field "Memo" cannot accept the value').waitFor());
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
  await page.screenshot({ path: join(SHOTS, 'overview-conflicts.png') });
  await button('Show conflicts').click();
  await shoot('conflicts', () => page.getByText('2 conflicts').first().waitFor());
  await button(/Harbor View Apartments – 1B/).click();
  await button('All conflicts').waitFor();
  await page.screenshot({ path: join(SHOTS, 'conflict-narrow.png') });
  await button('All conflicts').click();
  await page.setViewportSize(WIDE);
  await page.getByRole('radio', { name: /In Airtable/ }).click();
  await page.getByText('Market Rent: $1,555.00 on both sides').waitFor();
  await page.screenshot({ path: join(SHOTS, 'conflict-chosen.png') });
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

story('The second one is settled by keyboard alone', async (on) => {
  await page.getByRole('radio', { name: /In Buildium/ }).waitFor();
  await page.locator('body').click({ position: { x: 2, y: 2 } });
  await page.keyboard.press('j');
  await page.keyboard.press('1');
  await page.getByText('Market Rent: $1,700.00 on both sides').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('No conflicts').waitFor();
  await shoot('conflicts-none', () => page.getByText('No conflicts').waitFor());
  await everythingSynced(on.fresh);
});

story('The activity is searched, filtered and exported', async () => {
  await tab('Activity').click();
  const settled = page.locator('.entry', { hasText: 'Conflict settled' }).first();
  await settled.waitFor();
  await shoot('activity', () => settled.waitFor(), false);
  await page.getByLabel('What happened').selectOption('conflictDecided');
  await page.getByText('2 entries').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button('Export CSV').click()]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.split('\r\n')[0]).toBe('\uFEFFWhen,Who,What,Resource,Buildium ID,Row,Field,Before,After,Why');
  expect(csv.match(/Conflict settled/g)).toHaveLength(2);
});

story('An admin pauses and resumes, and moves the nightly read', async (on) => {
  await tab('Settings').click();
  await page.getByLabel('Nightly full read').waitFor();
  await page.getByRole('heading', { name: 'Sessions and tokens' }).waitFor();
  await shoot('settings', () => page.getByText('cora@maplestreet.example').first().waitFor());
  await page.getByLabel('Nightly full read').fill('04:15');
  await button('Save').click();
  await page.getByRole('button', { name: /Nothing is changed/ }).waitFor();
  await button('Pause the sync').click();
  await button('Resume the sync').waitFor();
  await tab('Overview').click();
  await page.getByText('The sync is paused', { exact: true }).waitFor();
  await tab('Settings').click();
  await button('Resume the sync').click();
  await button('Pause the sync').waitFor();
  const { settings, state } = await on.network.job();
  expect({ nightlyAt: settings.nightlyAt, state }).toEqual({ nightlyAt: '04:15', state: 'running' });
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
    await shoot('offline', () => page.getByText('The sync server does not answer').waitFor());
    on.offline(false);
    await lookAgain();
    await page.getByText('The sync server does not answer').waitFor({ state: 'detached' });
  },
);

story('A reader signs in with a code, and each button says why it is not for them', async (on) => {
  await tab('Settings').click();
  await button('Sign out').click();
  on.host.signInAs(on.people.reader);
  await page.reload();
  await button('Sign in as Rita Reyes').click();
  await page.getByText('You need editor permissions in this base.').waitFor();
  await shoot('connect-refused', () => page.getByText('You cannot sign in this way').waitFor());
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
  await shoot('settings-viewer', () => page.getByText('You are signed in as viewer').waitFor());
});
