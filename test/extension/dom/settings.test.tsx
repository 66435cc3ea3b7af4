import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { connection, session } from '../fixtures/basics.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, SERVER } from './panel.tsx';

/** What is typed into one part of the settings is nobody else's to take away, and takes nobody else's away. */

const WITHIN = { timeout: 8_000 };

beforeAll(addBrowserParts);

afterEach(cleanup);

test('A time that is typed outlives the saving of another setting, and is saved without what was not changed', async () => {
  let settings = connection.settings;
  const asked = answerWith({
    'GET /connection': () => ({ body: { ...connection, settings } }),
    'PATCH /connection': ({ body }) => {
      settings = { ...settings, ...(body as { settings: Partial<typeof settings> }).settings };
      return { body: { ...connection, settings } };
    },
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByText('Settings', { selector: '.tab-label' }, WITHIN));
  const nightlyAt = (): HTMLInputElement => screen.getByLabelText('Nightly full read');
  await screen.findByLabelText('Nightly full read', {}, WITHIN);
  fireEvent.change(nightlyAt(), { target: { value: '04:45' } });
  // Another one, here, and a third one, by somebody else in the same moment.
  settings = { ...settings, keepMonthsInAirtable: 36 };
  fireEvent.change(screen.getByLabelText('Basis'), { target: { value: 'accrual' } });
  const kept = (): string =>
    screen.getByLabelText<HTMLSelectElement>('Transactions and bills kept in Airtable').value;
  await waitFor(() => expect(kept()).toBe('36'), WITHIN);
  expect(nightlyAt().value).toBe('04:45');
  fireEvent.click(screen.getByText('Save'));
  await waitFor(() => expect(screen.queryByText('Discard')).toBeNull(), WITHIN);
  const sent = asked.filter(({ route }) => route === 'PATCH /connection').map(({ body }) => body);
  expect(sent).toEqual([{ settings: { accountingBasis: 'accrual' } }, { settings: { nightlyAt: '04:45' } }]);
  expect(nightlyAt().value).toBe('04:45');
}, 30_000);
