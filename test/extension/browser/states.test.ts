import { expect } from '@jest/globals';
import { AT, connection } from '../fixtures/basics.ts';
import { conflictNumber, settledConflicts } from '../fixtures/conflicts.ts';
import { openPairing } from '../fixtures/mapping.ts';
import type { CalculationView } from '../../../shared/moneySchemas.ts';
import { calculation, restatement, results } from '../fixtures/money.ts';
import { pushed } from '../fixtures/push.ts';
import { status } from '../statusFixture.ts';
import { panelLooks } from './panelLooks.ts';
import { nameOf, PLACES } from './places.ts';

const look = panelLooks();

look('Every screen is whole in both themes, narrow and wide', async ({ page, open, picture, planned }) => {
  planned();
  for (const place of PLACES) {
    await open(place);
    await picture({ name: nameOf(place), ready: () => place.ready(page), isMain: true });
  }
});

const NARROW_ONLY = { widths: ['narrow'] } as const;

look(
  'A push that needs a word, and one that was refused, say what became of each row',
  async ({ page, on, open, picture, planned }) => {
    planned();
    await open('Push');
    const confirm = page.getByRole('button', { name: /^Create 2 lease charges/ });
    await confirm.waitFor();
    const before = on.asked.length;
    on.mood('failed');
    await confirm.click();
    await page.getByText('The database does not answer now.').waitFor();
    on.mood('usual');
    on.answers({ push: { preview: null, push: pushed } });
    await confirm.click();
    const adopt = page.getByRole('button', { name: 'It is payment 8822, $120.00 on Nov 22' });
    await picture({ name: 'states-push-result', ready: () => adopt.waitFor(), ...NARROW_ONLY });
    const confirmed = on.asked
      .slice(before)
      .flatMap(({ name, body }) => (name === 'push' ? [{ name, body }] : []));
    const records = [1, 2, 3].map((number) => ({
      recordId: `recPlan000000000${number}`,
      previewHash: `hash${number}`,
    }));
    // The second click repeats the very words of the first: by them the server knows that it is the same push.
    const body = { dryRun: false, records };
    expect(confirmed).toEqual([
      { name: 'push', body },
      { name: 'push', body },
    ]);
    on.answers(null);
    await page.getByRole('button', { name: 'Done' }).click();
  },
);

look(
  'A conflict over two fields takes a side for one and a typed value for the other',
  async ({ page, on, open, picture }) => {
    await open('Conflicts');
    await page.getByRole('button', { name: /Lease 702/ }).click();
    await page
      .getByRole('radio', { name: /In Airtable/ })
      .first()
      .click();
    await page.getByText('Buildium’s rent becomes $1,555.00.').waitFor();
    await page.getByRole('button', { name: 'Type a value' }).nth(1).click();
    await page.getByLabel('Lease To on both sides').fill('2027-07-31');
    const settle = page.getByRole('button', { name: 'Settle 2 fields' });
    await picture({ name: 'states-conflict-typed', ready: () => settle.waitFor() });
    on.answers({ resolveConflicts: { taken: [], closed: [], moved: [], refused: [] } });
    await settle.click();
    await page.getByText('2 fields settled').waitFor();
    const version = { buildium: 'b1', airtable: 'a1' };
    expect(on.asked.find(({ name }) => name === 'resolveConflicts')?.body).toEqual({
      choices: [
        { conflictId: conflictNumber(2).conflictId, side: 'airtable', version },
        { conflictId: conflictNumber(3).conflictId, value: '2027-07-31', version },
      ],
    });
  },
);

look(
  'A whole list gets the same answer, named with its number; what was settled lists its way back',
  async ({ page, on, open, picture }) => {
    await open('Conflicts');
    await page.getByRole('button', { name: 'Settle all 3' }).click();
    const all = page.getByRole('button', { name: 'Use Buildium’s value for all 3' });
    await picture({ name: 'states-conflicts-all', ready: () => all.waitFor(), ...NARROW_ONLY });
    on.answers({ resolveConflicts: { taken: ['a', 'b', 'c'], closed: [], moved: [], refused: [] } });
    await all.click();
    await page.getByText(/3 conflicts settled for Buildium/).waitFor();
    const asked = on.asked.findLast(({ name }) => name === 'resolveConflicts');
    expect(asked?.body).toEqual({ filter: {}, side: 'buildium', version: 'v1' });
    on.answers({ listConflicts: settledConflicts });
    await page.getByRole('tab', { name: 'Settled' }).click();
    const undo = page.getByRole('button', { name: 'Undo to Airtable’s $1,555.00: Rent' }).first();
    await picture({ name: 'states-conflicts-settled', ready: () => undo.waitFor(), ...NARROW_ONLY });
    await undo.click();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    // A typed value has beaten both sides, and either comes back.
    await page.getByRole('button', { name: 'Undo to Buildium’s $1,444.00: Rent' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    const undone = on.asked.filter(({ name }) => name === 'undoConflict');
    expect(undone.map(({ query }) => query['side'])).toEqual(['airtable', 'buildium']);
    on.answers(null);
  },
);

look(
  'A month opens down to its entries; one that has changed since, or was stopped, says so',
  async ({ page, on, open, picture, screenTab }) => {
    await open('Financials');
    await page.getByRole('button', { name: 'Harbor View Apartments' }).click();
    // Cash that came in is no loss below the line.
    const cash = page.getByRole('row', { name: /^Operating Trust Account/ });
    expect(await cash.innerText()).toMatch(/change of its balance\s+\$9,115\.20$/);
    await page.getByRole('button', { name: 'Repairs' }).click();
    const drill = page.getByRole('heading', { name: 'Repairs: 1 entry, $2,482.00' });
    await picture({ name: 'states-financials-entries', ready: () => drill.waitFor(), ...NARROW_ONLY });
    // Another screen begins at its top, wherever this one was left.
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(100);
    await screenTab('Activity').click();
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await open('Financials');
    const stopped: CalculationView = {
      ...calculation,
      state: 'blocked',
      run: null,
      totals: null,
      restatement,
    };
    on.answers({ listCalculations: { calculations: [stopped] } });
    await open('Financials');
    const words = page.getByText('Bill 512 for Repairs was raised by $125.50.');
    await picture({ name: 'states-financials-stopped', ready: () => words.waitFor(), ...NARROW_ONLY });
    const running: CalculationView = {
      ...{ ...calculation, state: 'running', run: null, totals: null },
      progress: { step: 'reading the ledger', done: 3, of: 8 },
    };
    on.answers({ listCalculations: { calculations: [running] } });
    await open('Financials');
    const meter = page.getByRole('progressbar', { name: 'Reading the ledger' });
    await picture({ name: 'states-financials-running', ready: () => meter.waitFor(), ...NARROW_ONLY });
  },
);

look('A figure by hand stands beside the month, and an entry becomes one owner’s alone', async (panel) => {
  const { page, on, open } = panel;
  await open('Financials');
  await page.getByRole('button', { name: 'Harbor View Apartments' }).click();
  await page.getByText('What is calculated is $0.20 more.').waitFor();
  await page.getByRole('button', { name: 'Enter another figure of your own' }).click();
  await page.getByRole('button', { name: /^Compare \(Enter an amount first/ }).waitFor();
  await page.getByLabel('Net operating income by hand').fill('12,215.20');
  await page.getByLabel('Where it is from').fill('Ledger print');
  const [property, ...others] = results.properties;
  const manual = { noiCents: 1_221_520, differenceCents: 0, note: 'Ledger print', enteredBy: 'cora' };
  const withFigure = { ...results, properties: property ? [{ ...property, manual }, ...others] : [] };
  const kept = { month: '2026-10', propertyId: 1, basis: 'cash' as const, enteredAt: AT, ...manual };
  on.answers({
    ...{ enterManualNoi: kept, readCalculationResults: withFigure },
    allocateToOwner: { transactionId: 512, ownerId: 1 },
  });
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByText('What is calculated agrees to the cent.').waitFor();
  await page.getByRole('button', { name: 'Repairs' }).click();
  await page.getByRole('button', { name: 'Whose is it?' }).click();
  await page.getByLabel('Whose transaction 512 is').selectOption('1');
  const keep = page.getByRole('button', { name: 'Keep', exact: true });
  await panel.picture({ name: 'states-financials-allocate', ready: () => keep.waitFor(), ...NARROW_ONLY });
  await keep.click();
  await page.getByText('Kept for the next calculation').waitFor();
  const bodyOf = (call: string): unknown => on.asked.findLast(({ name }) => name === call)?.body;
  expect([bodyOf('enterManualNoi'), bodyOf('allocateToOwner')]).toEqual([
    { month: '2026-10', propertyId: 1, basis: 'cash', noiCents: 1_221_520, note: 'Ledger print' },
    { transactionId: 512, ownerId: 1 },
  ]);
});

look(
  'Edits of owners flow once an admin has said that none has a date of birth, and not before',
  async (panel) => {
    const { page, on, open } = panel;
    await open({ screen: 'Settings', page: 'General' });
    await page.getByRole('button', { name: 'Let edits through: owners' }).click();
    const confirm = page.getByRole('button', { name: 'Confirm, and let edits through' });
    await page.getByText('no owner has a date of birth in Buildium', { exact: true }).waitFor();
    await panel.picture({ name: 'states-settings-confirm', ready: () => confirm.waitFor(), ...NARROW_ONLY });
    expect(on.asked.some(({ name }) => name === 'changeConnection')).toBe(false);
    const settings = { ...connection.settings, confirmedUnused: ['owners' as const] };
    on.answers({ changeConnection: { ...connection, settings } });
    await confirm.click();
    await page.getByText('Edits go to Buildium: an admin has confirmed that no owner has').waitFor();
    await page.getByRole('button', { name: 'Put edits back again: owners' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    expect(on.asked.filter(({ name }) => name === 'changeConnection').map(({ body }) => body)).toEqual([
      { settings: { confirmedUnused: ['owners'] } },
      { settings: { confirmedUnused: [] } },
    ]);
  },
);

look('Another policy is tried on the last month before it is saved', async ({ page, open, picture }) => {
  await open({ screen: 'Settings', page: 'Policies' });
  await page.getByText('2 fields · Field by field').click();
  await page.getByLabel('Policy of Market Rent in units').selectOption('buildium');
  const tried = page.getByText('Of 12 conflicts in the last 30 days, 1 would have gone otherwise.');
  await picture({ name: 'states-policies', ready: () => tried.waitFor(), ...NARROW_ONLY });
});

look(
  'Places are proposed, tried, and only then saved; rows are matched before anything is written',
  async ({ page, on, open, picture }) => {
    const tables = { screen: 'Settings', page: 'Tables' } as const;
    await open(tables);
    on.answers({ proposeMapping: { proposals: [] } });
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByText('Everything stands where it would be proposed.').waitFor();
    on.answers(null);
    await page.getByRole('button', { name: 'Propose' }).click();
    await page.getByText('Units stand in “Apartments”.').waitFor();
    await page.getByText('“Apartments”, 3 of 4 fields').click();
    const why = page.getByText('48 of 50 values looked at are in Buildium');
    await picture({ name: 'states-settings-tables-proposed', ready: () => why.waitFor() });
    const rent = page.getByLabel('Field for Market Rent in units');
    expect(await rent.locator('option:disabled').allTextContents()).toContain('Rent a year (formula)');
    on.answers({
      changeMapping: {
        ...{ dryRun: true, changes: [], stopsSync: false },
        problems: [{ resource: 'units', key: 'marketRent', message: 'Market Rent has no place.' }],
      },
    });
    await rent.selectOption('');
    await page.getByText('1 choice cannot be kept').waitFor();
    await page.getByRole('button', { name: /^Save places \(Put right/ }).waitFor();
    on.answers({ readConnection: { ...connection, state: 'pairing' }, readPairing: openPairing });
    await open(tables);
    const finish = page.getByRole('button', { name: 'Finish without 48 open pairs' });
    // Each side by its name; a person's stays with the server.
    await page.getByText('Harbor View – 1A in Buildium').waitFor();
    await page.getByText('tenant 77', { exact: true }).waitFor();
    await picture({ name: 'states-settings-pairing', ready: () => finish.waitFor(), ...NARROW_ONLY });
    await page.getByRole('button', { name: 'Approve all 46 sure ones' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    expect(on.asked.findLast(({ name }) => name === 'decidePairing')?.body).toEqual({ minScore: 90 });
    on.answers(null);
  },
);

look('A reason with a word that is wider than the panel stays within it', async ({ page, on, picture }) => {
  const message = `Airtable has no ${'verylongword'.repeat(8)}.`;
  const sides = status.sides.map((side) => ({ ...side, state: 'down' as const, message }));
  on.answers({ readStatus: { ...status, sides } });
  await page.reload();
  const title = page.getByText('Airtable and Buildium cannot be reached').first();
  await picture({ name: 'states-overview-away', ready: () => title.waitFor(), ...NARROW_ONLY });
});

look('What is gone from the base is made anew with a click, and says what was done', async (panel) => {
  const { page, on, open } = panel;
  const reason = 'The field "Market Rent" was deleted from "Units"; it is not synced. Restore it.';
  const gone = {
    ...{ heldId: 'e 1', kind: 'quarantined' as const, resource: 'units', entityId: '' },
    reason,
  };
  const rest = { airtableRecordId: null, since: AT, attempts: 0, parkedAt: null, waitingFor: null };
  const held = [{ ...gone, ...rest, approvalId: null, nextTryAt: null, whatToDo: null }];
  on.answers({ listHeld: { held, nextAfter: null } });
  await open('Overview');
  const make = page.getByRole('button', { name: 'Make what is gone anew' });
  await panel.picture({ name: 'states-overview-left-out', ready: () => make.waitFor(), ...NARROW_ONLY });
  on.answers(null);
  await make.click();
  await page.getByText('Made the field "Units.Market Rent" anew.').waitFor();
  await make.waitFor({ state: 'detached' });
  expect(on.asked.filter(({ name }) => name === 'repairBase')).toHaveLength(1);
});

look('A row that the server speaks of is named as in the base, and opens', async ({ page, on, open }) => {
  const [first, second] = ['recUnit0000000001', 'recUnit0000000002'];
  const message = `Row “Harbor” (${first}) is a copy of unit 201. It is not synced.`;
  const held = { ...{ heldId: 'f 1', kind: 'copy' as const, resource: 'units', entityId: '202' } };
  on.answers({
    listNotices: {
      notices: [{ noticeId: 'n1', at: AT, resource: 'units', entityId: '201', kind: 'copy', message }],
    },
    listHeld: {
      held: [
        {
          ...{ ...held, airtableRecordId: second, reason: `Row ${second} is a copy of unit 202.` },
          ...{ since: AT, attempts: 0, parkedAt: null, waitingFor: null, approvalId: null },
          ...{ nextTryAt: null, whatToDo: 'Delete the copy.' },
        },
        {
          ...{ ...held, heldId: 'c 1', kind: 'refused', entityId: '201', airtableRecordId: first },
          ...{ reason: 'Market Rent has more than two decimals', whatToDo: 'Change it.' },
          ...{ since: AT, attempts: 0, parkedAt: null, waitingFor: null, approvalId: null, nextTryAt: null },
        },
      ],
      nextAfter: null,
    },
  });
  await open('Overview');
  await page.getByText('Row Harbor View – 1A is a copy of unit 201.').waitFor();
  await page.getByText('Row Harbor View – 1B is a copy of unit 202. Delete the copy.').waitFor();
  await page.getByText('Harbor View – 1A Unit 201 Refused').waitFor();
  await page.getByText('Market Rent has more than two decimals. Change it.').waitFor();
  // What the panel asks its host for; the base itself opens the row.
  const opened = page.evaluate(
    () =>
      new Promise((resolve) => {
        window.addEventListener('message', ({ data }: MessageEvent<{ kind?: string; recordId?: string }>) => {
          if (data.kind === 'expandRecord') resolve(data.recordId);
        });
      }),
  );
  await page.getByRole('button', { name: 'Harbor View – 1B', exact: true }).click();
  expect(await opened).toBe(second);
  expect(await page.getByText(/recUnit/).count()).toBe(0);
});

look(
  'What differed is named and mended, what was changed together is undone together',
  async ({ page, on, open, picture }) => {
    await open('Overview');
    await page.getByRole('button', { name: 'Show what differed' }).click();
    const words = page.getByText('Rent: $2,300.00 in Buildium, $2,250.00 in Airtable');
    await picture({ name: 'states-overview-differences', ready: () => words.waitFor(), ...NARROW_ONLY });
    await page.getByRole('button', { name: 'Mend what can be mended' }).click();
    await page.getByText('1 record is looked at again. 1 waits for a decision of yours').waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-busy]') === null);
    expect(on.asked.some(({ name }) => name === 'repairReconciliation')).toBe(true);
    await open({ screen: 'Activity', page: 'Everything' });
    await page.getByRole('button', { name: 'Undo …' }).click();
    const undo = page.getByRole('button', { name: 'Undo 1 change, leave 1 to me' });
    await picture({ name: 'states-activity-undo', ready: () => undo.waitFor(), ...NARROW_ONLY });
    await undo.click();
    await page.getByText('1 change on the way back').waitFor();
    expect(on.asked.findLast(({ name }) => name === 'undoRun')?.body).toEqual({
      ...{ dryRun: false, previewId: 'seen7', accepted: ['u2'] },
    });
  },
);
