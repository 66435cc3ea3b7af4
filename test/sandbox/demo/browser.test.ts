import { afterAll, beforeAll, expect, test } from '@jest/globals';
import chromium from '@sparticuz/chromium';
import type * as Axe from 'axe-core';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { startFirstSync } from '../../../server/sandbox/devNetwork.ts';
import type { ExtensionHost } from '../../../server/sandbox/extensionHost/index.ts';
import {
  choosePorts,
  networkFor,
  openExtension,
  type Ports,
} from '../../../server/sandbox/demo/extension.ts';
import { planSomething } from '../../../server/sandbox/demo/plans.ts';
import { enterShares } from '../../../server/sandbox/demo/shares.ts';
import { startRun } from '../../../server/jobs/runs.ts';
import { openFeed, type Feed } from '../../../server/sandbox/demo/page/feed.ts';
import { startPageServer, type PageServer } from '../../../server/sandbox/demo/page/server.ts';
import { openStage, type Stage } from '../../../server/sandbox/demo/stage.ts';
import { everythingSynced } from '../../extension/browser/stage.ts';
import { freshDatabase } from '../../support/database.ts';

let browser: Browser | null = null;
let folder = '';
let stage: Stage;
let feed: Feed;
let server: PageServer;
let ports: Ports;
let extension: ExtensionHost | null = null;

/** The carried Chromium is built for Linux on x64; elsewhere the reason is printed. */
async function launch(): Promise<Browser | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(`No browser walk: the Chromium of @sparticuz/chromium does not run on ${process.platform}.`);
    return null;
  }
  const executablePath = await chromium.executablePath();
  // A page of text needs no graphics card, and drawing one in software takes as long as all the rest.
  chromium.setGraphicsMode = false;
  // A single process ends with its first page.
  const args = chromium.args.filter((arg) => arg !== '--single-process');
  return playwright.launch({ executablePath, args, headless: true });
}

beforeAll(async () => {
  browser = await launch();
  if (!browser) return;
  folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const fresh = await freshDatabase();
  ports = await choosePorts();
  stage = await openStage({
    folder,
    say: () => undefined,
    database: { url: fresh.url, close: fresh.drop },
    network: {
      ...networkFor(ports),
      ...{ latencyMs: null, requestsPerSecond: { buildium: 200, airtable: 200 } },
      // Long enough to be seen counting down.
      settings: { stillSeconds: 4 },
    },
    onCall: (call) => feed?.called(call),
  });
  stage.network.buildium.world.outbox.behaviour.lagMs = 0;
  feed = openFeed(stage);
  server = await startPageServer(0);
  server.show({ stage, feed });
  await startFirstSync(stage.network);
  // A page that is open meanwhile draws every table again and again.
  await everythingSynced(fresh);
});

afterAll(async () => {
  await browser?.close();
  if (!browser) return;
  await feed.close();
  await extension?.close();
  await server.close();
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

async function visit(work: (page: Page) => Promise<void>, viewport = { width: 1440, height: 900 }) {
  if (!browser) return;
  // axe is put into the page by the test, which the page's own policy would not let in.
  const context = await browser.newContext({ viewport, bypassCSP: true });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  // The browser itself notes every refusal, which the page shows to the person.
  page.on('console', (line) => {
    if (line.type() === 'error' && !line.text().includes('422')) problems.push(line.text());
  });
  await page.goto(server.url);
  await page.getByText('In sync').first().waitFor();
  await work(page);
  expect(problems).toEqual([]);
  await context.close();
}

/** To be asked with a small table open: thousands of cells more say the same and take long. */
async function accessibilityProblems(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.addScriptTag({ content: await readFile(axe, 'utf8') });
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof Axe }).axe;
    const { violations } = await run(document);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

test('a payment recorded with two clicks is shown in Airtable’s grid with its links, and told with its delay', () =>
  visit(async (page) => {
    await page.getByRole('button', { name: 'Record rent payment' }).click();
    await page.getByRole('button', { name: 'Record payment' }).click();

    const row = page.locator('.grid tr.focused');
    await row.waitFor();
    const shown = await row.innerText();
    expect(shown).toContain('1B from');
    expect(shown).toContain('Harbor View Apartments – 1B');
    const item = page.locator('.item').filter({ hasText: 'Rent payment of $2,975.00 recorded' });
    expect(await item.locator('.latency').innerText()).toMatch(/^[\d.]+ m?s$/);
    await item.getByText('webhook LeaseTransaction.Created').waitFor();
    await page.locator('.panel-airtable').getByRole('tab', { name: 'Units' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
  }));

test('a rent typed over Buildium’s goes there; a value that is Buildium’s alone is put back; a column of one’s own stays', () =>
  visit(async (page) => {
    const grid = page.locator('.grid');
    await page.locator('.panel-airtable').getByRole('tab', { name: 'Units' }).click();
    const row = grid.locator('tbody tr').nth(1);
    await row.locator('td.kind-money').click();
    await page.keyboard.type('9999');
    await page.keyboard.press('Enter');
    await page.getByText('Market Rent is kept equal on both sides.').waitFor();
    const cell = grid.locator('tbody tr').first().locator('td').first();
    const before = await cell.innerText();
    await cell.click();
    await page.keyboard.type('Penthouse');
    await page.keyboard.press('Enter');
    await page.locator('.countdown').waitFor();
    await page.getByText('Name comes from Buildium.').waitFor();

    await page.getByRole('button', { name: 'Add a column' }).click();
    await page.getByRole('button', { name: 'Add column' }).click();
    const own = grid.locator('tbody tr').first().locator('td.origin-yours').last();
    await own.click();
    await page.keyboard.type('Paint it');
    await page.keyboard.press('Enter');

    await page.locator('.item').filter({ hasText: "Buildium's value was put back" }).first().waitFor();
    expect(await cell.innerText()).toBe(before);
    await page.getByText('In Buildium: Market Rent', { exact: false }).first().waitFor();
    expect(await own.innerText()).toBe('Paint it');
  }));

test('a share is entered in a new row, with links and a percentage, by keyboard or by mouse, and its row deleted', () =>
  visit(async (page) => {
    const panel = page.locator('.panel-airtable');
    await enterShares(stage);
    await panel.getByRole('tab', { name: /^Ownership/ }).click();
    await panel.getByRole('gridcell', { name: '40%' }).waitFor();
    await panel.getByRole('button', { name: 'Add a row' }).click();
    const row = panel.locator('tbody tr').nth(2);
    const cell = (place: number) => row.locator('td').nth(place);
    await panel.locator('td.selected').waitFor();
    await page.keyboard.type('Cedar Cottage, Elaine');
    await page.keyboard.press('Enter');
    await panel.getByRole('gridcell', { name: 'Cedar Cottage, Elaine' }).waitFor();

    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByLabel('New Property').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await cell(1).getByText('Harbor View Apartments').waitFor();
    await cell(2).click();
    await cell(2).click();
    await page.getByLabel('New Owner').selectOption('Elaine Kowalski');
    await cell(2).getByText('Elaine Kowalski').waitFor();
    for (const [typed, shown] of [
      ['60', '60%'],
      ['62.5 %', '62.5%'],
    ] as const) {
      await cell(3).click();
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await cell(3).getByText(shown, { exact: true }).waitFor();
    }
    const base = stage.network.airtable.world.bases.get(stage.network.airtable.baseId);
    const entered = [...(base?.table('Ownership')?.rows.values() ?? [])].map(({ cells }) => [
      ...cells.values(),
    ]);
    expect(entered.at(-1)).toContain(0.625);
    await cell(1).click();
    await cell(1).click();
    await page.getByLabel('New Property').selectOption('');
    await cell(1).getByText('Harbor View Apartments').waitFor({ state: 'detached' });

    await panel.getByRole('button', { name: 'Delete row' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByText('The next calculation goes without it.').waitFor();
  }));

test('a form that Buildium refuses stays open and says why', () =>
  visit(async (page) => {
    await page.getByRole('button', { name: 'Record rent payment' }).click();
    await page.getByLabel('Amount').fill('-5');
    await page.getByRole('button', { name: 'Record payment' }).click();
    expect(await page.locator('.dialog-problem').innerText()).toBe('The amount must be more than zero.');
  }));

test('a service that is taken away is said to be away, and what happened meanwhile arrives', () =>
  visit(async (page) => {
    await page.locator('.panel-airtable .panel-button').click();
    await page.getByText('Airtable’s API does not answer').waitFor();
    await page.getByRole('button', { name: 'Add bill' }).click();
    await page.locator('.dialog').getByRole('button', { name: 'Add bill' }).click();
    await page.getByText('Airtable did not answer; tried again until it does').first().waitFor();
    await page.locator('.panel-airtable .panel-button').click();
    const item = page.locator('.item').filter({ hasText: 'Bill of $760.50' });
    await item.getByText('row written in Airtable').waitFor();
    await page.getByText('In sync').first().waitFor();
  }));

test('a field deleted in Airtable is no “In sync”: it is named, with what brings it back, and comes back', () =>
  visit(async (page) => {
    // What the payments and bills before did to balances is announced by nobody: it is read now, and not at some sweep.
    await startRun(await stage.network.job(), 'syncNow', 'browser test');
    await page.locator('.headline-inSync').waitFor();
    await page.locator('.panel-airtable').getByRole('tab', { name: 'Units' }).click();
    await page.getByRole('button', { name: 'Delete a field' }).click();
    await page.locator('.dialog').getByRole('button', { name: 'Delete field' }).click();
    await page.locator('.headline-attention').waitFor();
    await page.getByRole('button', { name: '1 part is gone' }).click();
    await page.getByText('Deleted in Airtable. The sync goes on with everything else').waitFor();
    expect(await page.getByText('the next sweep brings them').count()).toBe(0);
    await page.getByRole('button', { name: 'Repair' }).click();
    await page.locator('.headline-inSync').waitFor();
  }));

test('on a telephone one of the three is in sight, nothing is cut off, and every part is accessible', () =>
  visit(
    async (page) => {
      for (const view of ['Buildium', 'Sync', 'Airtable']) {
        await page.locator('.views').getByRole('button', { name: view }).click();
        expect(await page.locator('.panel:visible').count()).toBe(1);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      }
      await page.getByRole('tab', { name: 'Units' }).last().click();
      expect(await accessibilityProblems(page)).toEqual([]);
    },
    { width: 360, height: 640 },
  ));

test('the extension beside the grid signs in with a click, and previews the rows that are ticked there', async () => {
  if (!browser) return;
  extension = await openExtension(stage, folder, ports);
  server.show({ stage, feed, extension });
  await planSomething(stage);
  await visit(async (page) => {
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: /^Sign in/ }).click();
    await frame.getByRole('tab', { name: 'Push' }).click();
    await page.getByRole('tab', { name: /Planned Transactions/ }).click();
    for (const row of ['Select row 1', 'Select row 2']) {
      await page.locator('label', { has: page.getByLabel(row, { exact: true }) }).click();
    }
    await frame.getByRole('button', { name: 'Create 2 lease charges, $125.00' }).waitFor();
    await page.getByRole('tab', { name: 'What the sync does' }).click();
    await page.getByText('Try this:').or(page.locator('.item').first()).first().waitFor();

    await page.setViewportSize({ width: 360, height: 640 });
    for (const view of ['Buildium', 'Sync', 'Airtable']) {
      await page.locator('.views').getByRole('button', { name: view }).click();
      expect(await page.locator('.panel:visible').count()).toBe(1);
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(640);
    }
    await page.locator('.views').getByRole('button', { name: 'Buildium' }).click();
    const leases = page.locator('.panel-buildium .table-frame');
    // What can be done with a lease is at the end of its row.
    expect(await leases.evaluate((frame) => frame.scrollWidth - frame.clientWidth)).toBe(0);
  });
});

test('a row of a synced table that is deleted is said to come back, and undo is sooner; a new one is a person’s own', () =>
  visit(async (page) => {
    const panel = page.locator('.panel-airtable');
    // The sync's own part may be behind the extension.
    const told = (text: string) => page.getByText(text).waitFor({ state: 'attached' });
    await panel.getByRole('tab', { name: /^Bill Payments/ }).click();
    await panel.getByRole('button', { name: 'Add a row' }).click();
    await told('is never sent to Buildium by itself');
    await panel.locator('td.selected').waitFor();
    await panel.getByRole('button', { name: 'Delete row' }).click();
    await told('It stood for nothing in Buildium');

    const rows = panel.locator('tbody tr');
    const before = await rows.count();
    const deleted = await rows.first().getAttribute('data-row');
    await page.locator('label', { has: page.getByLabel('Select row 1', { exact: true }) }).click();
    await panel.getByRole('button', { name: 'Delete row' }).click();
    await told('Undo within half an hour brings the row back as it was');
    await told('1 deleted row is made again in half an hour');
    expect(await rows.count()).toBe(before - 1);
    await panel.getByRole('button', { name: 'Undo delete' }).click();
    await page.locator(`.focused[data-row="${deleted ?? ''}"]`).waitFor();
    expect(await panel.getByRole('button', { name: 'Undo delete' }).count()).toBe(0);
  }));
