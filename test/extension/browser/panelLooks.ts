import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Role } from '../../../shared/access.ts';
import { openBrowser } from './browser.ts';
import { openCannedStage, type CannedStage } from './cannedStage.ts';
import { NARROW, shoot, SHOTS, type Shoot } from './shots.ts';
import { EXTENSION } from './stage.ts';

export type Screen = 'Overview' | 'Push' | 'Conflicts' | 'Financials' | 'Activity' | 'Settings';

/** A screen, or a page within one. */
export type Place = { screen: Screen; page?: string };

/** The signed-in panel, in front of a server whose answers are given. */
export type Panel = {
  page: Page;
  on: CannedStage;
  screenTab(screen: Screen): Locator;
  /** Opens a screen anew, so that it asks for everything again, and the page within it. */
  open(place: Screen | Place): Promise<void>;
  /** The same without anybody's click: what moves after one within half a second counts as no jump. */
  show(place: Place): Promise<void>;
  /** Looked over in both themes; what is wrong fails the test at its end. */
  picture(given: Shoot): Promise<void>;
  /** That many planned transactions are selected in the grid. */
  planned(count?: number): void;
  /** Another panel, opened by somebody of this role. */
  as(role: Role): Promise<Panel>;
};

/** Opens one panel for the tests of a file. @returns what declares a test; where no browser can run, the reason is printed once. */
export function panelLooks(): (sentence: string, at: (panel: Panel) => Promise<void>) => void {
  const problems: string[] = [];
  let browser: Browser | null = null;
  let stage: CannedStage | null = null;
  let panel: Panel;

  beforeAll(async () => {
    browser = await openBrowser();
    if (!browser) return;
    stage = await openCannedStage();
    panel = await openPanel(browser, stage, 'admin', problems);
    await panel.page.getByText(/conflicts wait for you/).waitFor();
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

  return (sentence, at) => {
    test(sentence, async () => {
      if (!stage) return;
      try {
        await at(panel);
      } catch (error) {
        await panel.page.screenshot({ path: join(SHOTS, `failed-${sentence.slice(0, 40)}.png`) });
        throw error;
      }
      expect(problems).toEqual([]);
    });
  };
}

async function openPanel(browser: Browser, on: CannedStage, role: Role, problems: string[]): Promise<Panel> {
  const context = await on.open(browser, role);
  const page = await context.newPage();
  await page.setViewportSize(NARROW);
  await page.goto(`${EXTENSION}/__runFrame`);
  const screenTab = (screen: Screen): Locator =>
    page.getByRole('tablist', { name: 'Screens' }).getByRole('tab', { name: new RegExp(`^${screen}`) });
  /** The history of a row follows what is selected. */
  const select = (inner: string | undefined): void => {
    if (inner === 'Selected row') on.host.select(on.tableIds['Units'] ?? '', ['recUnit0000000001']);
  };
  return {
    ...{ page, on, screenTab },
    open: async (place) => {
      const { screen, page: inner } = typeof place === 'string' ? { screen: place } : place;
      select(inner);
      await screenTab(screen === 'Overview' ? 'Settings' : 'Overview').click();
      await screenTab(screen).click();
      if (inner !== undefined) await page.getByRole('tab', { name: inner, exact: true }).click();
    },
    show: async ({ screen, page: inner }) => {
      select(inner);
      await screenTab(screen).dispatchEvent('click');
      if (inner !== undefined)
        await page.getByRole('tab', { name: inner, exact: true }).dispatchEvent('click');
    },
    picture: async (given) => void problems.push(...(await shoot(page, given))),
    planned: (count = 5) => {
      const ids = Array.from({ length: count }, (_row, index) => `recPlan000000000${index + 1}`);
      on.host.select(on.tableIds['Planned Transactions'] ?? '', ids);
    },
    as: (other) => openPanel(browser, on, other, problems),
  };
}
