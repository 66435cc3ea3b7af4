import type { Page } from 'playwright-core';

/** One jump of the page: its part of the score, and what jumped. */
export type Shift = { value: number; what: string[] };

type LayoutShift = PerformanceEntry & {
  value: number;
  hadRecentInput: boolean;
  sources: readonly { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
};
type Watched = Window & { shiftsSeen?: Shift[] };

/** Chromium's own count of what jumps, from the next load of the page on; what answers a person's own input is none. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Shift[] = [];
    (window as Watched).shiftsSeen = seen;
    const words = (node: Node | null): string =>
      node instanceof Element ? `${node.tagName.toLowerCase()}.${node.className}` : (node?.nodeName ?? '');
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const what = entry.sources.map(
          ({ node, previousRect, currentRect }) =>
            `${words(node)} from ${previousRect.top}+${previousRect.height} to ${currentRect.top}+${currentRect.height}`,
        );
        seen.push({ value: entry.value, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What has jumped since it was last asked, once all that is due is painted. */
export async function takeShifts(page: Page): Promise<Shift[]> {
  await painted(page);
  return page.evaluate(() => (window as Watched).shiftsSeen?.splice(0) ?? []);
}

/** The second frame begins when the first one is on the screen. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}
