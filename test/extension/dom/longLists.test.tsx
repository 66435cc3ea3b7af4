import { afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { Answer } from '../../../extension/contract.ts';
import { USUAL } from '../fixtures/answers.ts';
import { AT, session } from '../fixtures/basics.ts';
import { conflictNumber, settledConflicts } from '../fixtures/conflicts.ts';
import { status } from '../statusFixture.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, SERVER, type Asked, type Route } from './panel.tsx';

/** Of a list that is longer than a page all can be reached, nothing is left out unsaid, and other lists do not mix in. */

/** Hundreds of lines are drawn in a document without a browser, where a machine is busy with other tests. */
const LONG_MS = 60_000;
const WITHIN = { timeout: 20_000 };

type Entry = Answer<'listAudit'>['entries'][number];

beforeAll(addBrowserParts);

afterEach(() => {
  cleanup();
  jest.restoreAllMocks();
});

const lookAgain = (): void => void fireEvent(document, new Event('visibilitychange'));
const openTab = async (name: string): Promise<void> =>
  void fireEvent.click(await screen.findByText(name, { selector: '.tab-label' }, WITHIN));

const [usualEntry] = USUAL.listAudit?.entries ?? [];
if (!usualEntry) throw new Error('There is a usual entry');

/** An audit of so many entries, which tell their numbers; each is paged to by its id. */
function auditOf(
  count: number,
  why = 'Entry',
): (request: Parameters<Route>[0]) => { body: Answer<'listAudit'> } {
  const entries: Entry[] = Array.from({ length: count }, (_one, at) => ({
    ...{ ...usualEntry, changes: {}, runId: null },
    auditId: String(count - at).padStart(6, '0'),
    why: `${why} ${count - at}.`,
  })) as Entry[];
  return ({ query }) => {
    const limit = Number(query['limit']);
    const found = entries.filter(({ auditId }) => auditId < (query['before'] ?? '9'));
    const shown = found.slice(0, limit);
    return {
      body: { entries: shown, nextBefore: found.length > limit ? (shown.at(-1)?.auditId ?? null) : null },
    };
  };
}

/** The numbers of the entries that stand there, from the top. */
const numbers = (why = 'Entry'): number[] =>
  screen
    .queryAllByText(new RegExp(`^${why} \\d+\\.$`))
    .map(({ textContent }) => Number(textContent?.replace(/\D/g, '')));
const countdown = (from: number, to: number): number[] =>
  Array.from({ length: from - to + 1 }, (_one, at) => from - at);

async function openActivity(routes: Record<string, Route>): Promise<Asked[]> {
  const asked = answerWith(routes);
  openPanel({ address: SERVER, signedIn: session });
  await openTab('Activity');
  return asked;
}

test(
  'What comes in page by page while older activity is read leaves no hole in it',
  async () => {
    let count = 120;
    await openActivity({ 'GET /audit': (request) => auditOf(count)(request) });
    fireEvent.click(await screen.findByText('Show older', {}, WITHIN));
    await waitFor(() => expect(numbers()).toEqual(countdown(120, 21)), WITHIN);
    for (count of [150, 190]) {
      lookAgain();
      await waitFor(() => expect(numbers()).toEqual(countdown(count, 21)), WITHIN);
    }
    fireEvent.click(screen.getByText('Show older'));
    await waitFor(() => expect(numbers()).toEqual(countdown(190, 1)), WITHIN);
  },
  LONG_MS,
);

test(
  'More new activity than a page holds is offered, and not put above a hole',
  async () => {
    let count = 120;
    await openActivity({ 'GET /audit': (request) => auditOf(count)(request) });
    fireEvent.click(await screen.findByText('Show older', {}, WITHIN));
    await waitFor(() => expect(numbers()).toEqual(countdown(120, 21)), WITHIN);
    count = 300;
    lookAgain();
    const show = await screen.findByText('Show the newest', {}, WITHIN);
    expect(numbers()).toEqual(countdown(120, 21));
    fireEvent.click(show);
    await waitFor(() => expect(numbers()).toEqual(countdown(300, 251)), WITHIN);
    expect(screen.queryByText('Show the newest')).toBeNull();
  },
  LONG_MS,
);

test(
  'What was asked for under another filter does not come into the list of this one',
  async () => {
    let answer: () => void = () => undefined;
    const all = auditOf(120);
    await openActivity({
      'GET /audit': (request) => {
        if (request.query['action'] === 'parked') return auditOf(1, 'Parked')(request);
        if (request.query['before'] === undefined) return all(request);
        return new Promise((resolve) => (answer = () => resolve(all(request))));
      },
    });
    fireEvent.click(await screen.findByText('Show older', {}, WITHIN));
    fireEvent.change(screen.getByLabelText('What happened'), { target: { value: 'parked' } });
    await waitFor(() => expect(numbers('Parked')).toEqual([1]), WITHIN);
    answer();
    fireEvent.change(screen.getByLabelText('Resource'), { target: { value: 'units' } });
    await waitFor(
      () => expect(screen.queryByRole('status', { name: /Loading the activity/ })).toBeNull(),
      WITHIN,
    );
    expect([numbers('Parked'), numbers()]).toEqual([[1], []]);
  },
  LONG_MS,
);

test(
  'An export of more activity than a file takes says so, on the screen and in its last line',
  async () => {
    const saved: Blob[] = [];
    URL.createObjectURL = (file) => {
      saved.push(file as Blob);
      return 'blob:file';
    };
    URL.revokeObjectURL = () => undefined;
    const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    const all = auditOf(10_001);
    await openActivity({ 'GET /audit': all });
    fireEvent.click(await screen.findByText('Export CSV', {}, WITHIN));
    await screen.findByText('The file ends at its 10,000th entry', {}, WITHIN);
    expect(click).toHaveBeenCalledTimes(1);
    const lines = (await textOf(saved[0])).trim().split('\r\n');
    expect(lines).toHaveLength(10_002);
    expect(lines.at(-1)).toContain(`This file ends here, at 10,000 entries: what is older than ${AT}`);
  },
  LONG_MS,
);

function textOf(file: Blob | undefined): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsText(file ?? new Blob());
  });
}

test(
  'Each of many settled conflicts can be reached, and is brought back from the second page as from the first',
  async () => {
    const [one] = settledConflicts.conflicts;
    const settled = Array.from({ length: 60 }, (_one, at) => ({
      ...one,
      ...{ conflictId: conflictNumber(at).conflictId, entityId: String(at) },
    }));
    const last = settled.at(-1);
    const asked = answerWith({
      'GET /sync/conflicts': ({ query: { state, after, sort } }) => {
        const found = state === 'resolved' && sort === 'decided' ? settled : [];
        const at = found.findIndex(({ conflictId }) => conflictId === after) + 1;
        const conflicts = found.slice(at, at + 50);
        const nextAfter = at + 50 < found.length ? (conflicts.at(-1)?.conflictId ?? null) : null;
        return { body: { conflicts, total: found.length, version: 'v', nextAfter } };
      },
      [`POST /sync/conflicts/${last?.conflictId}/undo`]: () => ({ status: 202, body: one }),
      [`GET /sync/conflicts/${last?.conflictId}`]: () => ({
        body: { ...last, canUndo: false, canUndoTo: [], undoneBy: 'another' },
      }),
    });
    openPanel({ address: SERVER, signedIn: session });
    await openTab('Conflicts');
    await openTab('Settled');
    fireEvent.click(await screen.findByText('Show older', {}, WITHIN));
    const line = (await screen.findByText('Lease 59', {}, WITHIN)).closest('li') ?? document.body;
    expect(screen.getAllByText(/^Lease \d+$/)).toHaveLength(60);
    fireEvent.click(within(line).getByText('Undo'));
    await within(line).findByText(/brought back since/, {}, WITHIN);
    expect(within(line).queryByText('Undo')).toBeNull();
    expect(asked.some(({ route }) => route.endsWith('/undo'))).toBe(true);
  },
  LONG_MS,
);

test(
  'Where more is held than is shown, that is said with the true numbers, and what a click makes anew stays in sight',
  async () => {
    const held = (number: number, kind: string) => ({
      ...{ heldId: `${kind}${number}`, airtableRecordId: null, whatToDo: null, approvalId: null },
      ...{ resource: 'leases', entityId: String(number), kind, reason: 'Refused.', attempts: 1, since: AT },
      ...{ parkedAt: AT, waitingFor: null, nextTryAt: null },
    });
    const parked = Array.from({ length: 4_000 }, (_one, at) => held(at, 'parked'));
    const all = [...parked, { ...held(1, 'quarantined'), entityId: '', reason: 'The column is gone.' }];
    const resources = status.resources.map((one, at) => ({ ...one, parked: at === 0 ? 4_000 : 0 }));
    answerWith({
      'GET /sync/status': () => ({ body: { ...status, resources } }),
      'GET /sync/held': ({ query: { kind, after, limit = '100' } }) => {
        const found = kind === undefined ? all : all.filter((one) => one.kind === kind);
        const at = found.findIndex(({ heldId }) => heldId === after) + 1;
        const page = found.slice(at, at + Number(limit));
        const isMore = at + Number(limit) < found.length;
        return { body: { held: page, nextAfter: isMore ? (page.at(-1)?.heldId ?? null) : null } };
      },
    });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByText('Retry all 4,000', {}, WITHIN);
    screen.getByText('Make what is gone anew');
    screen.getByText('The first 100 are shown');
    fireEvent.click(screen.getByText('Show more'));
    await screen.findByText('The first 200 are shown', {}, WITHIN);
  },
  LONG_MS,
);
