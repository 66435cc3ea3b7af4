import { setTimeout as realTime } from 'node:timers/promises';
import { afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { ENDPOINTS } from '../../../shared/api.ts';
import { EMPTY } from '../fixtures/answers.ts';
import { server, session } from '../fixtures/basics.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, refusal, SERVER } from './panel.tsx';
import { status } from '../statusFixture.ts';

/** What goes wrong while the panel is open, and the way on without a reload. */

const WITHIN = { timeout: 8_000 };

beforeAll(addBrowserParts);

afterEach(() => {
  cleanup();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test('What cannot be drawn says so, and one click draws it again', async () => {
  // React reports what a boundary has caught; here it is meant.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const [first] = status.resources;
  let resources: unknown = [{ ...first, label: null, linked: null, held: null }, null];
  answerWith({ 'GET /sync/status': () => ({ body: { ...status, resources } }) });
  openPanel({ address: SERVER, signedIn: session });
  const again = await screen.findByRole('button', { name: 'Show it again' }, WITHIN);
  expect(screen.getByText(/The sync itself runs on the server and is not touched/)).toBeTruthy();
  resources = status.resources;
  fireEvent.click(again);
  await screen.findByText('Everything is in sync', {}, WITHIN);
});

test('People and tokens that could not be read say so, and one click asks again', async () => {
  let isAway = true;
  const away = refusal(503, 'databaseAway', 'The database does not answer.');
  const routes = Object.fromEntries(
    (['listPeople', 'listTokens'] as const).map((name) => [
      `GET ${ENDPOINTS[name].path}`,
      () => (isAway ? away : { body: EMPTY[name] }),
    ]),
  );
  answerWith(routes);
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByRole('tab', { name: 'Settings' }, WITHIN));
  fireEvent.click(await screen.findByRole('tab', { name: 'People' }, WITHIN));
  const again = await waitFor(() => {
    const buttons = screen.getAllByRole('button', { name: 'Try again' });
    expect(buttons).toHaveLength(2);
    return buttons;
  }, WITHIN);
  expect(screen.queryByRole('status', { name: /^Loading/ })).toBeNull();
  isAway = false;
  for (const button of again) fireEvent.click(button);
  await screen.findByText('Nobody is signed in, and no token is open.', {}, WITHIN);
  await screen.findByText('Nobody yet', {}, WITHIN);
});

test('An update of the server is noticed while the panel is open', async () => {
  jest.useFakeTimers();
  let version = server.version;
  answerWith({ 'GET /sign-in/server': () => ({ body: { ...server, version } }) });
  openPanel({ address: SERVER, signedIn: session });
  await screen.findByText('Everything is in sync', {}, WITHIN);
  version = '1.3.0';
  expect(screen.queryByText('The server was updated')).toBeNull();
  await act(async () => void jest.advanceTimersByTime(5 * 60_000));
  await screen.findByText('The server was updated', {}, WITHIN);
});

test('A row that Airtable refuses after all is given up after its time, with a sentence', async () => {
  answerWith();
  const driver = openPanel({ address: SERVER });
  // The permission was asked for and given; then the write is refused, and its promise stays open for ever.
  const { _airtableInterface: airtable } = driver as unknown as {
    _airtableInterface: { applyMutationAsync: () => Promise<void> };
  };
  const write = jest.spyOn(airtable, 'applyMutationAsync').mockReturnValue(new Promise(() => undefined));
  const signIn = await screen.findByRole('button', { name: /^Sign in as Cora Bell$/ });
  await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
  jest.useFakeTimers();
  fireEvent.click(signIn);
  // Hashing takes real turns, which a moved clock does not bring.
  while (write.mock.calls.length === 0) await act(() => realTime(5));
  await act(async () => void jest.advanceTimersByTime(15_000));
  await screen.findByText(/Airtable did not take the change. Try again in a moment./, {}, WITHIN);
  expect(screen.getByRole('button', { name: /^Sign in as Cora Bell$/ })).toBeTruthy();
});
