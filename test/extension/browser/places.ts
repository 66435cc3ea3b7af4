import type { Page } from 'playwright-core';
import type { Place } from './panelLooks.ts';

const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('heading', { name }).waitFor();
/** Every screen with what shows that it is whole. */
export const PLACES: readonly (Place & { ready: (page: Page) => Promise<unknown> })[] = [
  {
    screen: 'Overview',
    ready: async (page) => {
      await page.getByText('99.97%').first().waitFor();
      await page.getByText('Usual delay').first().waitFor();
    },
  },
  {
    screen: 'Push',
    ready: (page) =>
      page.getByRole('button', { name: 'Create 2 lease charges and change 1 bill, $2,495.00' }).waitFor(),
  },
  { screen: 'Conflicts', ready: (page) => page.getByText('3 conflicts').first().waitFor() },
  {
    screen: 'Financials',
    ready: (page) => page.getByRole('list', { name: 'From income to draws' }).waitFor(),
  },
  {
    screen: 'Activity',
    page: 'Selected row',
    ready: (page) => page.getByText('Both sides agree.').waitFor(),
  },
  { screen: 'Activity', page: 'Everything', ready: (page) => page.locator('.entry').first().waitFor() },
  { screen: 'Settings', page: 'General', ready: (page) => heading(page, 'This connection') },
  {
    screen: 'Settings',
    page: 'Tables',
    ready: (page) => page.getByText('New table “Units”').first().waitFor(),
  },
  {
    screen: 'Settings',
    page: 'Policies',
    ready: (page) => page.getByText('2 fields · Field by field').waitFor(),
  },
  { screen: 'Settings', page: 'People', ready: (page) => heading(page, 'Sessions and tokens') },
];

/** As its pictures are called. */
export const nameOf = ({ screen, page }: Place): string =>
  ['states', screen, page]
    .filter((part) => part !== undefined)
    .join('-')
    .toLowerCase()
    .replaceAll(' ', '-');
