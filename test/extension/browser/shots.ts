import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityProblems } from './browser.ts';

export const SHOTS = join(import.meta.dirname, '../../../test-output/extension');
mkdirSync(SHOTS, { recursive: true });

export const NARROW = { width: 340, height: 900 };
export const SLIM = { width: 320, height: 900 };
export const WIDE = { width: 1240, height: 900 };

const WIDTHS = { narrow: NARROW, wide: WIDE };

/** PICTURES=all keeps them all, for people who look; a test run keeps a narrow one of each main screen in both themes. */
const KEEPS_ALL = process.env['PICTURES'] === 'all';

export type Shoot = {
  name: string;
  ready: () => Promise<unknown>;
  fullPage?: boolean;
  widths?: readonly (keyof typeof WIDTHS)[];
  /** The picture of a screen that is kept in every run. */
  isMain?: boolean;
};

/** Both themes, each looked over by axe, and whether it fits the narrowest panel. @returns what is wrong. */
export async function shoot(page: Page, shown: Shoot): Promise<string[]> {
  const { name, ready, fullPage = true, widths = ['narrow', 'wide'], isMain = false } = shown;
  const problems: string[] = [];
  let lookedOver: string | null = null;
  for (const width of widths) {
    await page.setViewportSize(WIDTHS[width]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset['theme'] === theme, colorScheme);
      await ready();
      if (KEEPS_ALL || (isMain && width === 'narrow'))
        await keep(page, `${name}-${width}-${colorScheme}`, KEEPS_ALL && fullPage);
      const markup = await page.evaluate(() => document.querySelector('.app')?.innerHTML ?? '');
      const rules = markup === lookedOver ? 'ofTheLook' : 'all';
      lookedOver = markup;
      for (const problem of await accessibilityProblems(page, rules))
        problems.push(`${name} ${width} ${colorScheme}: ${problem}`);
    }
  }
  await page.setViewportSize(SLIM);
  const tooWide = await beyondTheEdge(page);
  if (tooWide.length > 0) problems.push(`${name} does not fit ${SLIM.width} px: ${tooWide.join(', ')}`);
  if (KEEPS_ALL && isMain) await keep(page, `${name}-slim-dark`, fullPage);
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: 'light' });
  return problems;
}

/** A picture for people to look at. Straight from the browser, which is several times as quick as by way of the page. */
async function keep(page: Page, name: string, fullPage: boolean): Promise<void> {
  // A bar that sticks would stand in the middle of a page that was scrolled.
  const height = await page.evaluate(() => {
    window.scrollTo(0, 0);
    return document.documentElement.scrollHeight;
  });
  const size = page.viewportSize() ?? NARROW;
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    ...{ format: 'png', optimizeForSpeed: true, captureBeyondViewport: true },
    clip: { x: 0, y: 0, width: size.width, height: fullPage ? height : size.height, scale: 1 },
  });
  await session.detach();
  await writeFile(join(SHOTS, `${name}.png`), Buffer.from(data, 'base64'));
}

/** What reaches over the right edge; the bar of tabs slides, so its own do not count. */
async function beyondTheEdge(page: Page): Promise<string[]> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const beyond = [...document.querySelectorAll('.app *:not(.tabs-bar *)')].filter(
      (node) => node.getBoundingClientRect().right > width + 0.5,
    );
    return beyond.map((node) => `${node.tagName}.${node.className.toString()}`);
  });
}

/** A picture of the page as it stands, where all are asked for. */
export async function snapshot(page: Page, name: string): Promise<void> {
  if (KEEPS_ALL) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}
