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

export type Shoot = {
  name: string;
  ready: () => Promise<unknown>;
  fullPage?: boolean;
  widths?: readonly (keyof typeof WIDTHS)[];
  /** False: looked over by axe, without a picture for people. */
  isKept?: boolean;
};

/** Pictures in both themes, each looked over by axe, and whether it fits the narrowest panel. @returns what is wrong. */
export async function shoot(
  page: Page,
  { name, ready, fullPage = true, widths, isKept = true }: Shoot,
): Promise<string[]> {
  const problems: string[] = [];
  for (const width of widths ?? (['narrow', 'wide'] as const)) {
    await page.setViewportSize(WIDTHS[width]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset['theme'] === theme, colorScheme);
      await ready();
      if (isKept) await keep(page, `${name}-${width}-${colorScheme}`, fullPage);
      const rules = colorScheme === 'light' ? 'all' : 'ofTheTheme';
      for (const problem of await accessibilityProblems(page, rules))
        problems.push(`${name} ${width} ${colorScheme}: ${problem}`);
    }
  }
  await page.setViewportSize(SLIM);
  const tooWide = await beyondTheEdge(page);
  if (tooWide.length > 0) problems.push(`${name} does not fit ${SLIM.width} px: ${tooWide.join(', ')}`);
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
