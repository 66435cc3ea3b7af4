import { createHash } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, refusal, SERVER, session } from './panel.tsx';
import { conflictAnswers, conflictNumber } from '../fixtures/conflicts.ts';
import { calculation } from '../fixtures/money.ts';
import { attention, status } from '../statusFixture.ts';

beforeAll(addBrowserParts);

afterEach(cleanup);

const button = (name: RegExp): Promise<HTMLElement> => screen.findByRole('button', { name });
const WITHIN = { timeout: 8_000 };

describe('Signing in', () => {
  test('writes nothing but the hash of the verifier, the server’s origin and its challenge, and keeps the address for everybody', async () => {
    const asked = answerWith();
    const driver = openPanel({ address: SERVER });
    const written: unknown[] = [];
    driver.watch('mutation', (mutation: unknown) => void written.push(mutation));
    const signIn = await button(/^Sign in as Cora Bell$/);
    await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
    fireEvent.click(signIn);
    await screen.findByText('Everything is in sync', {}, WITHIN);
    const complete = asked.find(({ route }) => route === 'POST /sign-in/complete');
    const { verifier, recordId } = complete?.body as { verifier: string; recordId: string };
    const proof = createHash('sha256')
      .update([verifier, SERVER, 'yV0mK4sT9wX0zC3eF6hJ5g'].join('\n'))
      .digest('base64url');
    expect(written).toEqual([
      expect.objectContaining({
        type: 'createMultipleRecords',
        records: [{ id: recordId, cellValuesByFieldId: { fldProof: proof } }],
      }),
    ]);
  });

  test('without permission says why, and offers a code', async () => {
    answerWith();
    const driver = openPanel({ address: SERVER });
    driver.simulatePermissionCheck(() => false);
    const signIn = await button(/^Sign in as Cora Bell$/);
    await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
    fireEvent.click(signIn);
    await screen.findByText('You cannot sign in this way', {}, WITHIN);
    expect(screen.getByText(/configured to deny.*Use a code instead/)).toBeTruthy();
  });

  test('in a base whose table has vanished says how to get it back', async () => {
    answerWith();
    openPanel({ address: SERVER, hasProofTable: false });
    const signIn = await button(/^Sign in as Cora Bell$/);
    await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
    fireEvent.click(signIn);
    await screen.findByText(/"Sync Sign-ins" is not in this base. Run "npm run cli -- repair"/, {}, WITHIN);
  });

  test('at a server that calls itself otherwise writes nothing and names the right address', async () => {
    const publicUrl = 'https://other.example.com';
    const asked = answerWith({
      'POST /sign-in/start': () => ({ body: { ...PLACE, publicUrl, challenge: 'c' } }),
    });
    openPanel({ address: SERVER });
    const signIn = await button(/^Sign in as Cora Bell$/);
    await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
    fireEvent.click(signIn);
    await screen.findByText(/calls itself https:\/\/other.example.com/, {}, WITHIN);
    expect(asked.some(({ route }) => route === 'POST /sign-in/complete')).toBe(false);
  });

  test('at a server that is older than the extension writes nothing and says what to bring together', async () => {
    const asked = answerWith({
      'POST /sign-in/start': () => ({ body: { ...PLACE, publicUrl: SERVER } }),
    });
    openPanel({ address: SERVER });
    const signIn = await button(/^Sign in as Cora Bell$/);
    await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
    fireEvent.click(signIn);
    await screen.findByText(/bring server and extension to the same version/, {}, WITHIN);
    expect(asked.some(({ route }) => route === 'POST /sign-in/complete')).toBe(false);
  });
});

/** Where the proof goes. */
const PLACE = { tableId: 'tblSignIns', fieldId: 'fldProof' };

describe('A session', () => {
  test('whose token has run out is renewed once for all that ask at the time', async () => {
    const renewed = { ...session, token: 'bas_second', refreshToken: 'bas_refresh2' };
    const onlyNew =
      (body: unknown) =>
      ({ token }: { token: string | null }) =>
        token === 'bas_second' ? { body } : refusal(401, 'unauthorized', 'The token is expired.');
    const asked = answerWith({
      'GET /sync/status': onlyNew(status),
      'GET /sync/conflicts': onlyNew({ conflicts: [], nextAfter: null }),
      'POST /sign-in/refresh': () => ({ body: renewed }),
    });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByText('Everything is in sync', {}, WITHIN);
    expect(asked.filter(({ route }) => route === 'POST /sign-in/refresh')).toHaveLength(1);
    expect(window.sessionStorage.getItem(`sync-session:${SERVER}:appTest0000000001`)).toContain('bas_second');
  });

  test('in a browser that gives embedded pages no storage lasts as long as the panel, which says so before', async () => {
    const forbidden = jest.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    });
    try {
      answerWith();
      openPanel();
      await screen.findByText(/keeps nothing for embedded pages/, {}, WITHIN);
      fireEvent.change(screen.getByLabelText('Server address'), { target: { value: SERVER } });
      const signIn = await button(/^Sign in as Cora Bell$/);
      await waitFor(() => expect(signIn.getAttribute('aria-disabled')).toBeNull(), WITHIN);
      fireEvent.click(signIn);
      // The address becomes everybody's with the sign-in, and the panel goes on at it.
      await screen.findByText('Everything is in sync', {}, WITHIN);
      expect(screen.queryByLabelText('Server address')).toBeNull();
    } finally {
      forbidden.mockRestore();
    }
  });

  test('that has ended leads back to signing in, with a sentence', async () => {
    const over = () => refusal(401, 'unauthorized', 'The session has ended.');
    answerWith({ 'GET /sync/status': over, 'GET /sync/conflicts': over, 'POST /sign-in/refresh': over });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByText('You are signed out', {}, WITHIN);
    expect(window.sessionStorage.length).toBe(0);
  });
});

describe('A server', () => {
  test('that takes its time shows the shape of what will come', async () => {
    let answer: (found: { body: unknown }) => void = () => undefined;
    answerWith({ 'GET /sync/status': () => new Promise((resolve) => (answer = resolve)) });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByRole('status', { name: 'Loading the status' }, WITHIN);
    answer({ body: status });
    await screen.findByText('Everything is in sync', {}, WITHIN);
  });

  test('that fails is named with its own words and a way to try again', async () => {
    let isAway = true;
    answerWith({
      'GET /sync/status': () =>
        isAway ? refusal(503, 'databaseAway', 'The database does not answer now.') : { body: status },
    });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByText('The database does not answer now.', {}, WITHIN);
    isAway = false;
    fireEvent.click(await button(/Try again/));
    await screen.findByText('Everything is in sync', {}, WITHIN);
  });

  test('of another version does not break the panel', async () => {
    answerWith({ 'GET /sync/status': () => ({ body: { hello: 'there' } }) });
    openPanel({ address: SERVER, signedIn: session });
    await screen.findByText('The server speaks another version', {}, WITHIN);
  });
});

test('Whoever may only look finds every button with the reason why not', async () => {
  answerWith();
  openPanel({ address: SERVER, signedIn: { ...session, role: 'viewer' } });
  const sync = await button(/^Sync now/);
  expect(sync.getAttribute('aria-disabled')).toBe('true');
  expect(sync.getAttribute('title')).toMatch(/ask an admin/);
});

const conflict = conflictNumber(1);
const summary = () => ({ body: { ...conflictAnswers.conflictsSummary, open: 1 } });

test('A conflict that has moved since it was looked at is shown anew, and nothing is decided', async () => {
  const moved = { ...conflict, buildium: 150000, version: { buildium: 'b2', airtable: 'a1' } };
  let shown = conflict;
  const asked = answerWith({
    'GET /sync/conflicts/summary': summary,
    'GET /sync/conflicts': () => ({ body: { conflicts: [shown], total: 1, version: 'v1', nextAfter: null } }),
    [`POST /sync/conflicts/${conflict.conflictId}/resolve`]: () => {
      shown = moved;
      return refusal(409, 'moved', 'One of the two sides has changed since you looked.');
    },
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByRole('tab', { name: /Conflicts 1/ }, WITHIN));
  fireEvent.click(await screen.findByRole('radio', { name: /In Airtable/ }, WITHIN));
  fireEvent.keyDown(window, { key: 'Enter' });
  await screen.findByText('One of the two sides has changed since you looked.', {}, WITHIN);
  await screen.findByText('$1,500.00', {}, WITHIN);
  expect(screen.getByRole('radio', { name: /In Airtable/ }).getAttribute('aria-checked')).toBe('false');
  const [resolve] = asked.filter(({ route }) => route.endsWith('/resolve'));
  expect(resolve?.body).toEqual({ side: 'airtable', version: { buildium: 'b1', airtable: 'a1' } });
});

test('Two keys in a hurry settle a conflict: 2 for Airtable, Enter at once', async () => {
  const path = `POST /sync/conflicts/${conflict.conflictId}/resolve`;
  const asked = answerWith({
    'GET /sync/conflicts/summary': summary,
    'GET /sync/conflicts': () => ({
      body: { conflicts: [conflict], total: 1, version: 'v1', nextAfter: null },
    }),
    [path]: () => ({ body: { ...conflict, state: 'resolving', decision: 'airtable' } }),
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByRole('tab', { name: /Conflicts 1/ }, WITHIN));
  await screen.findByRole('radio', { name: /In Airtable/ }, WITHIN);
  fireEvent.keyDown(window, { key: '2' });
  fireEvent.keyDown(window, { key: 'Enter' });
  await screen.findByText('Airtable’s value it is: Rent is $1,555.00', {}, WITHIN);
  expect(asked.filter(({ route }) => route === path)).toHaveLength(1);
});

test('What is left of an approved draw is withdrawn with a reason, and the panel says what stands then', async () => {
  const approval = { approvedBy: 'token:cora@example.com', approvedAt: calculation.requestedAt, note: '' };
  const draw = { kind: 'OwnerDraw', propertyId: 1, ownerId: 7, approvedCents: 100_000, paidCents: 70_000 };
  const path = `/calculations/${calculation.calculationId}/draws`;
  const asked = answerWith({
    'GET /calculations': () => ({ body: { calculations: [{ ...calculation, approval }] } }),
    [`GET ${path}`]: () => ({ body: { draws: [{ ...draw, withdrawnCents: 0, openCents: 30_000 }] } }),
    [`POST ${path}/withdraw`]: () => ({
      body: { draws: [{ ...draw, withdrawnCents: 30_000, openCents: 0 }] },
    }),
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByRole('tab', { name: /Financials/ }, WITHIN));
  await screen.findByText('$1,000.00 approved, $700.00 paid, $300.00 still promised', {}, WITHIN);
  const withdraw = await button(/^Withdraw \$300\.00/);
  fireEvent.click(withdraw);
  expect(asked.filter(({ route }) => route.startsWith('POST'))).toEqual([]);
  const reason = 'The owner leaves the rest in the property';
  fireEvent.change(screen.getByLabelText(/Reason for withdrawing/), { target: { value: reason } });
  fireEvent.click(await button(/^Withdraw \$300\.00$/));
  await screen.findByText('$1,000.00 approved, $700.00 paid, $300.00 withdrawn', {}, WITHIN);
  expect(asked.find(({ route }) => route === `POST ${path}/withdraw`)?.body).toEqual({
    ...{ propertyId: 1, ownerId: 7, reason },
  });
});

test('What the server says needs a person stands on the overview, in its words and the reader’s time, once', async () => {
  answerWith({ 'GET /sync/status': () => ({ body: { ...status, attention } }) });
  openPanel({ address: SERVER, signedIn: session });
  await screen.findByText('1 thing needs your attention', {}, WITHIN);
  const toDo = await screen.findByRole('region', { name: 'What to do' });
  expect(toDo.textContent).toMatch(
    /The last event came at Nov 2\d, \d{1,2}:05 [AP]M .*, while sweeps have found 7 changes since/,
  );
  expect(toDo.querySelector('code')?.textContent).toBe('npm run cli -- doctor');
  expect(screen.getByRole('region', { name: 'Worth knowing' }).textContent).toContain('4 leases wait');
  // The allowance has a place of its own.
  expect(screen.queryByText(/84120/)).toBeNull();
});

test('Ten thousand held records cost no more than those in view', async () => {
  const held = Array.from({ length: 10_000 }, (_entity, index) => ({
    ...{ heldId: `held${index}`, airtableRecordId: null, whatToDo: null, approvalId: null },
    ...{ resource: 'leases', entityId: String(index), kind: 'parked', reason: 'Refused.', attempts: 1 },
    ...{ since: '2026-11-22T09:00:00.000Z', parkedAt: '2026-11-22T09:00:00.000Z' },
    ...{ waitingFor: null, nextTryAt: null },
  }));
  answerWith({ 'GET /sync/held': () => ({ body: { held, nextAfter: null } }) });
  openPanel({ address: SERVER, signedIn: session });
  await screen.findByText(/^Lease 0/, {}, WITHIN);
  expect(screen.getAllByText('Parked').length).toBeLessThan(40);
});

test('What Airtable throws outside every promise is said, and the panel stays', async () => {
  answerWith();
  openPanel({ address: SERVER, signedIn: session });
  await screen.findByText('Everything is in sync', {}, WITHIN);
  fireEvent(window, new ErrorEvent('error', { message: 'Field "X" cannot accept the value' }));
  await screen.findByText('Field "X" cannot accept the value');
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.getByText('Everything is in sync')).toBeTruthy();
});
