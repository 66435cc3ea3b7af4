import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { conflictNumber } from '../fixtures/conflicts.ts';
import { preview } from '../fixtures/push.ts';
import { status } from '../statusFixture.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, SERVER, session, type Asked, type PanelTable } from './panel.tsx';

/** Tables are known by their ids: people rename them, and give the sync tables of their own. */

const WITHIN = { timeout: 8_000 };

beforeAll(addBrowserParts);

afterEach(cleanup);

const LEASE_ROW = 'recLease000000001';
const CONTRACTS: PanelTable = {
  id: 'tblContracts',
  name: 'Contracts',
  fields: ['Contract'],
  rows: [LEASE_ROW],
};
const PLANS: PanelTable = {
  ...{ id: 'tblPlans', name: 'To book', fields: ['Plan', 'Amount', 'Stand'] },
  rows: preview.records.map(({ recordId }) => recordId),
};

/** The base has a table "Leases" too, which is somebody's own. */
const told = {
  ...status,
  resources: status.resources.map((one) =>
    one.resource === 'leases' ? { ...one, tableId: CONTRACTS.id } : one,
  ),
  ownTables: [
    {
      ...{ name: 'plannedTransactions', table: 'Planned Transactions', tableId: PLANS.id },
      writtenFieldIds: ['fldStand'],
    },
  ],
};

async function openTab(name: RegExp, routes: Parameters<typeof answerWith>[0] = {}) {
  const asked = answerWith({ 'GET /sync/status': () => ({ body: told }), ...routes });
  const driver = openPanel({ address: SERVER, signedIn: session, tables: [CONTRACTS, PLANS] });
  await screen.findByRole('heading', { name: told.name }, WITHIN);
  fireEvent.click(await screen.findByRole('tab', { name }, WITHIN));
  return { asked, driver };
}

const previews = (asked: readonly Asked[]): number =>
  asked.filter(({ route }) => route === 'POST /sync/push').length;

test('A row opens in the table that the sync has for it, whatever that is called', async () => {
  const listed = {
    conflicts: [{ ...conflictNumber(1), airtableRecordId: LEASE_ROW }],
    total: 1,
    version: 'v',
    nextAfter: null,
  };
  const { driver } = await openTab(/Conflicts/, { 'GET /sync/conflicts': () => ({ body: listed }) });
  const opened: string[] = [];
  driver.watch('expandRecord', ({ recordId }) => void opened.push(recordId));
  const name = `fldContract of ${LEASE_ROW}`;
  fireEvent.click(await screen.findByRole('button', { name: new RegExp(name) }, WITHIN));
  fireEvent.click(await screen.findByRole('button', { name: 'Open row' }, WITHIN));
  await waitFor(() => expect(opened).toEqual([LEASE_ROW]), WITHIN);
});

test('Planned rows are previewed under the name that their table has now, and rows of other tables are not', async () => {
  const { asked, driver } = await openTab(/Push/, {
    'POST /sync/push': () => ({ body: { preview, push: null } }),
  });
  act(() => driver.setActiveCursorModels({ table: CONTRACTS.id, view: `viw${CONTRACTS.id}` }));
  await screen.findByText('Open the table “To book”', {}, WITHIN);
  act(() => driver.setActiveCursorModels({ table: PLANS.id, view: `viw${PLANS.id}` }));
  act(() => driver.userSelectRecords([...(PLANS.rows ?? [])]));
  await screen.findByText(`fldPlan of ${PLANS.rows?.[0] ?? ''}`, {}, WITHIN);
  expect(previews(asked)).toBe(1);
});

test('What the sync writes onto a planned row is no edit of it: its preview is asked anew for what people type alone', async () => {
  const { asked, driver } = await openTab(/Push/, {
    'POST /sync/push': () => ({ body: { preview, push: null } }),
  });
  await screen.findByText('Open the table “To book”', {}, WITHIN);
  act(() => driver.setActiveCursorModels({ table: PLANS.id, view: `viw${PLANS.id}` }));
  act(() => driver.userSelectRecords([...(PLANS.rows ?? [])]));
  await waitFor(() => expect(previews(asked)).toBe(1), WITHIN);
  const [row = ''] = PLANS.rows ?? [];
  const write = (cells: Record<string, string>) =>
    act(async () => driver.base.getTable(PLANS.id).updateRecordAsync(row, cells));
  const shown = await screen.findByRole('region', { name: 'What would happen' }, WITHIN);
  const isAtRest = () => waitFor(() => expect(shown.getAttribute('aria-busy')).toBe('false'), WITHIN);
  await isAtRest();
  await write({ fldStand: 'Problem' });
  expect(shown.getAttribute('aria-busy')).toBe('false');
  await write({ fldAmount: '12', fldStand: 'Problem again' });
  expect(shown.getAttribute('aria-busy')).toBe('true');
  await isAtRest();
  expect(previews(asked)).toBe(2);
});
