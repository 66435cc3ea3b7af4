import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import chromiumPackage from '@sparticuz/chromium';
import type axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** How long a page may take to show what a test waits for: several times what it takes on a machine with other work. */
export const SHOWN_WITHIN_MS = 60_000;

/** An installed browser, or the one that a package carries; null where neither can run, with the reason printed. */
export async function openBrowser(): Promise<Browser | null> {
  const reasons: string[] = [];
  for (const launch of [installed, carried]) {
    try {
      const browser = await launch();
      if (browser) return browser;
    } catch (error) {
      reasons.push(String(error).split('\n')[0] ?? '');
    }
  }
  console.log(`Skipped: no browser can run here. ${reasons.join(' ')}`);
  return null;
}

async function installed(): Promise<Browser | null> {
  const executablePath = process.env['CHROME_PATH'];
  if (executablePath === undefined || !existsSync(executablePath)) return null;
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

async function carried(): Promise<Browser> {
  // A panel of text needs no graphics card, and drawing one in software takes half of a test's time.
  chromiumPackage.setGraphicsMode = false;
  const executablePath = await chromiumPackage.executablePath();
  return chromium.launch({ executablePath, args: [...chromiumPackage.args], headless: true });
}

const AXE_SOURCE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What another theme or width can break: the same markup was looked over whole before. */
const OF_THE_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable'];

/** What axe finds wrong in the panel as it stands, a line each. */
export async function accessibilityProblems(
  page: Page,
  rules: 'all' | 'ofTheLook' = 'all',
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: AXE_SOURCE });
  const only = rules === 'all' ? null : OF_THE_LOOK;
  // The lines are made in the page: all that axe knows of a page is long on its way out of it.
  return page.evaluate(async (values) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const runOnly = values === null ? {} : { runOnly: { type: 'rule' as const, values } };
    const { violations } = await checker.run(document, { resultTypes: ['violations'], ...runOnly });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        (node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`,
      ),
    );
  }, only);
}
