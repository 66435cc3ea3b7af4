import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { session } from '../fixtures/basics.ts';
import { conflictAnswers, conflictNumber } from '../fixtures/conflicts.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, refusal, SERVER, type Asked, type Route } from './panel.tsx';

/** What somebody settles is what they saw, and what comes of it is said as it is. */

const WITHIN = { timeout: 8_000 };

beforeAll(addBrowserParts);

afterEach(cleanup);

async function openConflictsTab(routes: Record<string, Route>): Promise<Asked[]> {
  const asked = answerWith(routes);
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByRole('tab', { name: /Conflicts/ }, WITHIN));
  return asked;
}

test('Settling all names the list that was seen; where it has changed, it is shown anew and asked again', async () => {
  const first = conflictNumber(1);
  const others = [conflictNumber(2), conflictNumber(4)];
  let listed = { conflicts: [first, ...others], total: 3, version: 'seen', nextAfter: null as string | null };
  const moved = refusal(409, 'moved', 'The open conflicts of this kind are not those that you saw any more.');
  const asked = await openConflictsTab({
    'GET /sync/conflicts': () => ({ body: listed }),
    'POST /sync/conflicts/resolve': ({ body }) =>
      (body as { version: string }).version === listed.version
        ? {
            body: {
              taken: listed.conflicts.map(({ conflictId }) => conflictId),
              closed: [],
              moved: [],
              refused: [],
            },
          }
        : moved,
  });
  fireEvent.click(await screen.findByRole('button', { name: 'Settle all 3' }, WITHIN));
  listed = { ...listed, conflicts: others, total: 2, version: 'now' };
  fireEvent.click(await screen.findByRole('button', { name: 'Use Airtable’s value for all 3' }, WITHIN));
  await screen.findByText(/are not those that you saw any more/, {}, WITHIN);
  fireEvent.click(await screen.findByRole('button', { name: 'Use Airtable’s value for all 2' }, WITHIN));
  await screen.findByText(/2 conflicts settled for Airtable/, {}, WITHIN);
  const bodies = asked
    .filter(({ route }) => route === 'POST /sync/conflicts/resolve')
    .map(({ body }) => body);
  expect(bodies).toEqual([
    { filter: {}, side: 'airtable', version: 'seen' },
    { filter: {}, side: 'airtable', version: 'now' },
  ]);
});

test('What had ended before the choice is not called settled, and says why it ended', async () => {
  const conflict = conflictNumber(1);
  const ended = { ...conflict, state: 'closed', choices: [], endedWhy: 'The record is gone from Buildium.' };
  let listed = { ...conflictAnswers.listConflicts, conflicts: [conflict], total: 1 };
  await openConflictsTab({
    'GET /sync/conflicts': () => ({ body: listed }),
    [`GET /sync/conflicts/${conflict.conflictId}`]: () => ({ body: conflict }),
    [`POST /sync/conflicts/${conflict.conflictId}/resolve`]: () => ({ status: 202, body: ended }),
  });
  fireEvent.click(await screen.findByRole('button', { name: /Lease 701/ }, WITHIN));
  fireEvent.click(await screen.findByRole('radio', { name: /In Airtable/ }, WITHIN));
  listed = { ...listed, conflicts: [], total: 0 };
  fireEvent.click(await screen.findByRole('button', { name: 'Use Airtable’s value' }, WITHIN));
  await screen.findByText(/It had ended before your choice.*The record is gone from Buildium\./, {}, WITHIN);
  expect(screen.queryByText(/value it is/)).toBeNull();
});

test('Of a conflict whose values were forgotten no side can be chosen, not by keys either; a value can be typed', async () => {
  const why = 'Its values were forgotten. Type the right value here.';
  const contact = { key: 'email', column: 'Email', kind: 'email' };
  const values = { buildium: null, airtable: null, agreed: null, stakesCents: null, choices: [] };
  const forgotten = { ...conflictNumber(1), ...values, field: contact, why };
  const asked = await openConflictsTab({
    'GET /sync/conflicts': () => ({
      body: { ...conflictAnswers.listConflicts, conflicts: [forgotten], total: 1 },
    }),
    [`GET /sync/conflicts/${forgotten.conflictId}`]: () => ({ body: forgotten }),
    [`POST /sync/conflicts/${forgotten.conflictId}/resolve`]: () => ({
      status: 202,
      body: { ...forgotten, state: 'resolving', decision: 'value' },
    }),
  });
  fireEvent.click(await screen.findByRole('button', { name: /Lease 701/ }, WITHIN));
  await screen.findByText(why, {}, WITHIN);
  expect(screen.queryAllByRole('radio')).toEqual([]);
  fireEvent.keyDown(document.body, { key: '2' });
  fireEvent.keyDown(document.body, { key: 'Enter' });
  fireEvent.click(screen.getByRole('button', { name: 'Type a value' }));
  fireEvent.change(screen.getByLabelText('Email on both sides'), {
    target: { value: 'right@mail.example' },
  });
  fireEvent.click(screen.getByRole('button', { name: 'Use this value' }));
  await screen.findByText(/Your value it is/, {}, WITHIN);
  const sent = asked.filter(({ route }) => route.endsWith('/resolve')).map(({ body }) => body);
  expect(sent).toEqual([{ value: 'right@mail.example', version: forgotten.version }]);
});

test('Whoever has a long list open asks for its first page only, until something of it moves', async () => {
  const conflicts = Array.from({ length: 203 }, (_one, index) => conflictNumber(index + 1));
  let version = 'seen';
  const asked = await openConflictsTab({
    'GET /sync/conflicts': ({ query: { after } }) => ({
      body:
        after === undefined
          ? { conflicts: conflicts.slice(0, 200), total: conflicts.length, version, nextAfter: 'c200' }
          : { conflicts: conflicts.slice(200), total: conflicts.length, version, nextAfter: null },
    }),
  });
  const pagesAsked = () =>
    asked.filter(({ route }) => route === 'GET /sync/conflicts').map(({ query }) => query['after']);
  const lookAgain = async (pages: number) => {
    asked.length = 0;
    fireEvent(document, new Event('visibilitychange'));
    await waitFor(() => expect(pagesAsked()).toHaveLength(pages), WITHIN);
    return pagesAsked();
  };
  fireEvent.click(await screen.findByRole('button', { name: 'Show more' }, WITHIN));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull(), WITHIN);
  expect(await lookAgain(1)).toEqual([undefined]);
  version = 'now';
  expect(await lookAgain(2)).toEqual([undefined, 'c200']);
});
