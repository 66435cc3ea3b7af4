import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addDays, addMonths, firstDayOfMonth, lastDayOfMonth, type Period } from '../../shared/dates.ts';
import type { Balance } from '../../server/accounting/balanceSheet.ts';
import { BASES } from '../../server/accounting/ledger.ts';
import { netOperatingIncome } from '../../server/accounting/noi.ts';
import { accrualLessCash, type OpenItems } from '../../server/accounting/reconcile.ts';
import { ledgerEntries } from '../../server/db/ledgerEntries.ts';
import { saveGlClasses } from '../../server/db/glClasses.ts';
import { replaceManagedPeriods, replaceOwnership } from '../../server/db/ownership.ts';
import { calculateNoi, type NoiRequest, type NoiRun } from '../../server/jobs/money/calculateNoi.ts';
import { readChart } from '../../server/jobs/ledger/readChart.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { compareMonths, readLedger } from '../../server/jobs/ledger/readLedger.ts';
import { restatementsOf } from '../../server/jobs/money/restateNoi.ts';
import { tieOutPeriod, type TieOutReport } from '../../server/jobs/ledger/tieOut.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
let job: Job;
let thisMonth: Period;
let lastMonth: Period;
let history: Period;
let property: Record<'Harbor View' | 'Maple' | 'Cedar', number>;

beforeAll(async () => {
  engine = await startEngine();
  job = engine.job;
  const today = todayIn(job);
  thisMonth = monthOf(today);
  lastMonth = monthOf(addMonths(today, -1));
  history = { from: firstDayOfMonth(addMonths(today, -6)), to: thisMonth.to };
  property = { 'Harbor View': idOf('Harbor View'), Maple: idOf('Maple'), Cedar: idOf('Cedar') };
}, 60_000);
afterAll(() => engine.close());
/** The same story before every test: what one of them posts is not in the next one's books. */
beforeEach(async () => {
  engine.network.buildium.world.reset('story', engine.network.simulatorClock.nowMs());
  await replaceOwnership(engine.database, job.connectionId, halves(property['Harbor View']));
  await replaceManagedPeriods(engine.database, job.connectionId, []);
  await unwrapped(readLedger(job, { period: history, bases: BASES }));
});

describe('the stored ledger', () => {
  test.each(BASES)('is Buildium’s, entry by entry, on the %s basis', async (basis) => {
    const stored = await ledgerEntries(engine.database, job.connectionId, { basis, ...history });
    const { records } = engine.network.buildium.world;
    const simulated = records.ledger
      .entries({
        basis: basis === 'cash' ? 'Cash' : 'Accrual',
        glAccountIds: null,
        entities: null,
        ...history,
      })
      .filter(({ posting }) => posting.entity.type === 'Rental');
    const said = (parts: (string | number | null)[]): string => parts.join(' ');
    expect(stored.length).toBeGreaterThan(50);
    expect(
      stored
        .map((one) =>
          said([
            one.propertyId,
            one.glAccountId,
            one.day,
            one.transactionId,
            Math.abs(one.amountCents),
            one.unitId,
          ]),
        )
        .sort(),
    ).toEqual(
      simulated
        .map(({ transaction, posting: { entity, glAccountId, debitCents } }) =>
          said([
            entity.id,
            glAccountId,
            transaction.date,
            transaction.id,
            Math.abs(debitCents),
            entity.unitId,
          ]),
        )
        .sort(),
    );
  });

  test('read again without a change is not written at all', async () => {
    const again = await unwrapped(readLedger(job, { period: history, bases: BASES }));
    expect(again.changed).toEqual([]);
    expect(again.entries).toBeGreaterThan(100);
  });

  test('of one property is read by itself and leaves the others alone', async () => {
    await deleteSome(property.Maple);
    await deleteSome(property.Cedar);
    const propertyIds = [property.Maple];
    const read = await unwrapped(readLedger(job, { period: lastMonth, bases: ['cash'], propertyIds }));
    expect(new Set(read.changed.map(({ propertyId }) => propertyId))).toEqual(new Set(propertyIds));
    const tied = await tieOutOf({ period: lastMonth, basis: 'cash' });
    expect(new Set(tied.differences.map(({ propertyId }) => propertyId))).toEqual(new Set([property.Cedar]));
  });
});

describe('the tie-out', () => {
  test.each(BASES)(
    'comes to 0.00 for every property and account of the story on the %s basis',
    async (basis) => {
      const tied = await tieOutOf({ period: history, basis });
      expect(tied).toMatchObject({ isTied: true, isMoving: false, differences: [] });
      expect(tied.compared).toBeGreaterThan(10);
    },
  );

  test('fails on an edit of an old entry, by what was edited', async () => {
    const bill = await oldBill();
    await does('editTransaction', { transactionId: bill.id, amount: (bill.cents + 25_000) / 100 });
    const { isTied, differences } = await tieOutOf({ period: lastMonth, basis: 'accrual' });
    expect(isTied).toBe(false);
    expect(differences).toContainEqual(
      expect.objectContaining({
        propertyId: property.Maple,
        glAccountId: bill.glAccountId,
        differenceCents: -25_000,
      }),
    );
    // And it is healed by a reading.
    await unwrapped(readLedger(job, { period: lastMonth, bases: BASES }));
    expect((await tieOutOf({ period: lastMonth, basis: 'accrual' })).isTied).toBe(true);
  });

  test('fails on a deletion', async () => {
    const bill = await oldBill();
    await does('deleteBill', { billId: bill.id });
    expect((await tieOutOf({ period: lastMonth, basis: 'accrual' })).differences).toContainEqual(
      expect.objectContaining({ glAccountId: bill.glAccountId, differenceCents: bill.cents }),
    );
  });

  test('fails on a posting between the two reads', async () => {
    await does('postCharge', { leaseId: someLease(), amount: 77.77, date: lastMonth.to });
    const { isTied, differences } = await tieOutOf({ period: lastMonth, basis: 'accrual' });
    expect(isTied).toBe(false);
    expect(differences).toContainEqual(expect.objectContaining({ glAccountId: 3, differenceCents: -7_777 }));
  });

  test('starts over when the books move while it reads', async () => {
    const leaseId = someLease();
    const moving = doingAfter('/v1/glaccounts/balances', 1, () =>
      does('postCharge', { leaseId, amount: 10, date: lastMonth.to }),
    );
    const chart = await unwrapped(readChart(job));
    const tied = await unwrapped(tieOutPeriod(moving, { period: lastMonth, basis: 'accrual' }, chart));
    // The second reading is of books that stand still, and differs from the store by the posting alone.
    expect(tied).toMatchObject({ isTied: false, isMoving: false });
    expect(tied.differences.map(({ differenceCents }) => Math.abs(differenceCents))).toEqual([1_000, 1_000]);
  });

  test('holds over the end of a fiscal year', async () => {
    const yearEnd = `${Number(thisMonth.from.slice(0, 4)) - 1}-12-31`;
    const period = { from: addDays(yearEnd, -40), to: addDays(yearEnd, 40) };
    const leaseId = someLease();
    for (const date of [addDays(yearEnd, -5), yearEnd, addDays(yearEnd, 1)])
      await does('postCharge', { leaseId, amount: 21.5, date });
    await unwrapped(readLedger(job, { period, bases: ['accrual'] }));
    expect(await tieOutOf({ period, basis: 'accrual' })).toMatchObject({ isTied: true, compared: 4 });
  });
});

describe('the nightly comparison of every month’s balances', () => {
  test('finds nothing where nothing changed', async () => {
    expect(await unwrapped(compareMonths(job, { period: history, bases: BASES }))).toEqual([]);
  });

  test('reads a month again whole after an edit and a deletion, old as they are', async () => {
    const bill = await oldBill();
    await does('deleteBill', { billId: bill.id });
    const compared = await unwrapped(compareMonths(job, { period: history, bases: BASES }));
    expect(compared).toMatchObject([{ basis: 'accrual', month: lastMonth, remaining: [] }]);
    expect((await tieOutOf({ period: history, basis: 'accrual' })).isTied).toBe(true);
    expect(await unwrapped(compareMonths(job, { period: history, bases: BASES }))).toEqual([]);
  });

  test('sees that a charge’s new account moved the cash entries of its payment, which nobody touched', async () => {
    const charge = paidCharge();
    await does('editTransaction', { transactionId: charge.id, glAccountId: 8 });
    const compared = await unwrapped(compareMonths(job, { period: history, bases: BASES }));
    expect(compared.map(({ basis }) => basis)).toContain('cash');
    for (const basis of BASES) expect((await tieOutOf({ period: history, basis })).isTied).toBe(true);
  });
});

test('accrual less cash is the change in open charges and open bills, taken from leases and bills', async () => {
  const chart = await unwrapped(readChart(job));
  const noi = await Promise.all(
    BASES.map(async (basis) => {
      const entries = await ledgerEntries(engine.database, job.connectionId, { basis, ...history });
      return netOperatingIncome(entries, history, chart).noiCents;
    }),
  );
  const [cashCents = 0, accrualCents = 0] = noi;
  expect(accrualCents).not.toBe(cashCents);
  const expected = accrualLessCash(openItemsOn(addDays(history.from, -1)), openItemsOn(history.to), chart);
  expect(accrualCents - cashCents).toBe(expected);
});

describe('a run of net operating income', () => {
  const request = (change: Partial<NoiRequest> = {}): NoiRequest => ({
    period: lastMonth,
    basis: 'cash',
    requestedBy: 'test',
    ...change,
  });

  test('is the ledger’s figure, shared out to the cent, and tied out', async () => {
    const { result, tieOut } = await calculated(request());
    expect(tieOut.isTied).toBe(true);
    expect(result.heldPropertyIds).toEqual([]);
    const chart = await unwrapped(readChart(job));
    const entries = await ledgerEntries(engine.database, job.connectionId, { basis: 'cash', ...lastMonth });
    expect(result.portfolio.noiCents).toBe(netOperatingIncome(entries, lastMonth, chart).noiCents);
    expect(result.portfolio.noiCents).not.toBe(0);
    const shared = result.owners.reduce((sum, { amountCents }) => sum + amountCents, 0);
    expect(shared).toBe(result.portfolio.noiCents);
  });

  test('keeps mortgage interest and depreciation below the line though Buildium files them as operating', async () => {
    const { result } = await calculated(request());
    const below = result.portfolio.lines.filter(({ isCounted }) => !isCounted).map(({ name }) => name);
    expect(below).toEqual(
      expect.arrayContaining(['Mortgage Interest', 'Depreciation Expense', 'Owner Draw']),
    );
  });

  test('on the same input is the same run, byte for byte', async () => {
    const first = await calculated(request({ propertyIds: [property.Maple] }));
    const again = await calculated(request({ propertyIds: [property.Maple] }));
    expect(again).toMatchObject({
      isNew: false,
      run: { runId: first.run.runId, version: first.run.version },
    });
    expect(JSON.stringify(again.result)).toBe(first.run.result);
  });

  test('asked for twice at once is kept once', async () => {
    await does('postCharge', { leaseId: someLease(), amount: 1.11, date: lastMonth.from });
    const basis = 'accrual';
    const runs = await Promise.all([calculated(request({ basis })), calculated(request({ basis }))]);
    expect(new Set(runs.map(({ run }) => run.runId)).size).toBe(1);
  });

  test('is a new version beside the old one after a person has classed an account', async () => {
    const first = await calculated(request());
    const interest = first.result.portfolio.lines.find(({ name }) => name === 'Mortgage Interest');
    await saveGlClasses(
      engine.database,
      job.connectionId,
      [{ glAccountId: interest?.glAccountId ?? 0, noiClass: 'operatingExpense', confirmedBy: 'Priya' }],
      new Date().toISOString(),
    );
    const second = await calculated(request());
    await engine.database.execute('delete from gl_classes where connection_id = $1', [job.connectionId]);
    expect(second.run.version).toBe(first.run.version + 1);
    expect(second.result.portfolio.noiCents - first.result.portfolio.noiCents).toBe(
      -(interest?.amountCents ?? 0),
    );
    expect(interest?.amountCents).toBeGreaterThan(0);
  });

  test('cannot be changed or removed', async () => {
    const { run } = await calculated(request());
    for (const sql of [
      'update calculation_runs set result = $1',
      'delete from calculation_runs where result <> $1',
    ])
      await expect(engine.database.execute(sql, [''])).rejects.toThrow('never changed or removed');
    expect(run.version).toBeGreaterThan(0);
  });

  test('reads again when somebody posts between the ledger and the balances', async () => {
    const leaseId = someLease();
    const moving = doingAfter('/v1/generalledger', 2, () =>
      does('postCharge', { leaseId, amount: 33.33, date: lastMonth.to }),
    );
    const run = await unwrapped(calculateNoi(moving, request({ basis: 'accrual' })));
    expect(run.tieOut.isTied).toBe(true);
    expect(run.result.findings.filter(({ severity }) => severity === 'block')).toEqual([]);
  });

  test('counts a property only on its managed days', async () => {
    const propertyIds = [property.Maple];
    const whole = await calculated(request({ propertyIds }));
    const from = addDays(lastMonth.from, 9);
    await replaceManagedPeriods(engine.database, job.connectionId, [
      { propertyId: property.Maple, from, to: null },
    ]);
    const part = await calculated(request({ propertyIds }));
    expect(part.result.properties).toMatchObject([{ period: { from, to: lastMonth.to } }]);
    const entries = await ledgerEntries(engine.database, job.connectionId, {
      basis: 'cash',
      from,
      to: lastMonth.to,
      propertyIds,
    });
    const chart = await unwrapped(readChart(job));
    const inside = netOperatingIncome(entries, lastMonth, chart).noiCents;
    expect(part.result.portfolio.noiCents).toBe(inside);
    expect(whole.result.portfolio.noiCents).not.toBe(inside);
  });

  test('holds a property whose shares come to 99.9 percent, and names it', async () => {
    const rows = halves(property['Harbor View']);
    await replaceOwnership(engine.database, job.connectionId, [
      ...rows.slice(0, 1),
      ...rows.slice(1).map((row) => ({ ...row, millionths: 499_000 })),
    ]);
    const { result } = await calculated(request());
    expect(result.heldPropertyIds).toEqual([property['Harbor View']]);
    expect(result.findings.find(({ check }) => check === 'shares')?.message).toContain('99.9%');
  });

  test('of that property alone is blocked and nothing is kept; with a reason it goes on', async () => {
    await replaceOwnership(engine.database, job.connectionId, []);
    const alone = request({ propertyIds: [property['Harbor View']] });
    const blocked = await calculateNoi(job, alone);
    expect(blocked).toMatchObject({ ok: false, error: { kind: 'blocked' } });
    expect(!blocked.ok && blocked.error.message).toContain('Ownership');
    const override = { by: 'Priya', reason: 'the deed is on its way', checks: ['shares'] } as const;
    const { run, result } = await calculated({ ...alone, override });
    expect(result.properties).toMatchObject([{ owners: null }]);
    expect(run.input).toContain('the deed is on its way');
  });

  test.each<[string, () => Partial<NoiRequest>, string]>([
    [
      'a month to come',
      () => ({ period: monthOf(addMonths(thisMonth.from, 1)) }),
      'Choose one that has begun',
    ],
    [
      'a day that does not exist',
      () => ({ period: { from: '2026-02-01', to: '2026-02-30' } }),
      'two calendar days',
    ],
    [
      'an end before its beginning',
      () => ({ period: { from: lastMonth.to, to: lastMonth.from } }),
      'the earlier first',
    ],
    ['a basis nobody knows', () => ({ basis: 'tax' as 'cash' }), 'cash or accrual'],
    ['a property that is not there', () => ({ propertyIds: [999_999] }), 'Property 999999'],
    ['no property', () => ({ propertyIds: [] }), 'empty'],
    [
      'an override without a reason',
      () => ({ override: { by: 'Priya', reason: ' ', checks: [] } }),
      'reason',
    ],
  ])('for %s is refused with the reason', async (_what, change, says) => {
    const refused = await calculateNoi(job, request(change()));
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(!refused.ok && refused.error.message).toContain(says);
  });

  test('says that the month is not over yet', async () => {
    const { notices } = await calculated(request({ period: thisMonth }));
    expect(notices.map(({ check }) => check)).toContain('periodNotOver');
  });

  test('says which records of money still wait to be synced', async () => {
    await engine.mark('bills', [1]);
    const { notices } = await calculated(request());
    await engine.database.execute('delete from marks where connection_id = $1', [job.connectionId]);
    expect(notices.find(({ check }) => check === 'unsyncedRecords')?.message).toContain('1 of the bills');
  });

  test('lists active leases that were charged no rent', async () => {
    const leaseId = someLease();
    for (const charge of rentCharges(leaseId, lastMonth))
      await does('deleteTransaction', { transactionId: charge });
    const { result } = await calculated(request({ basis: 'accrual' }));
    const missing = result.findings.filter(({ check }) => check === 'missingRent');
    expect(missing.map(({ message }) => message).join()).toContain(
      'The lease of unit 1A, Harbor View Apartments, is active and was charged no rent',
    );
  });

  test('does nothing when Buildium is away, and says what to do', async () => {
    engine.network.buildium.world.key.revoked = true;
    const failed = await calculateNoi(job, request());
    engine.network.buildium.world.key.revoked = false;
    expect(failed).toMatchObject({
      ok: false,
      error: { kind: 'buildium', failure: { kind: 'unauthorized' } },
    });
  });
});

describe('a closed month that changes afterwards', () => {
  const closing = () => ({ from: lastMonth.from, to: lastMonth.to });

  test('is noticed with the difference, the transaction and the day', async () => {
    const bill = await oldBill();
    const { run } = await calculated({ period: lastMonth, basis: 'accrual', requestedBy: 'test' });
    await does('editTransaction', { transactionId: bill.id, amount: (bill.cents + 25_000) / 100 });
    await unwrapped(compareMonths(job, { period: lastMonth, bases: BASES }));
    const found = await unwrapped(restatementsOf(job, closing()));
    const ours = found.find((one) => one.run.runId === run.runId);
    expect(ours).toMatchObject({
      differenceCents: -25_000,
      changes: [{ transactionId: bill.id, kind: 'edited' }],
    });
    expect(ours?.changes[0]?.sentence).toMatch(
      new RegExp(`^[A-Z][a-z]+ −\\$250\\.00: bill ${bill.id} edited on \\d{4}-\\d\\d-\\d\\d$`),
    );
  });

  test('is noticed when an entry is deleted, and when one is added', async () => {
    const bill = await oldBill();
    const { run } = await calculated({ period: lastMonth, basis: 'accrual', requestedBy: 'test' });
    await does('deleteBill', { billId: bill.id });
    await does('postCharge', { leaseId: someLease(), amount: 12.5, date: lastMonth.to });
    await unwrapped(readLedger(job, { period: lastMonth, bases: BASES }));
    const found = await unwrapped(restatementsOf(job, closing()));
    const ours = found.find((one) => one.run.runId === run.runId);
    expect(ours?.differenceCents).toBe(bill.cents + 1_250);
    expect(ours?.changes.map(({ kind }) => kind).sort()).toEqual(['added', 'deleted']);
    const gone = ours?.changes.find(({ kind }) => kind === 'deleted');
    expect(gone?.sentence).toMatch(/^[A-Z][a-z]+ \+\$[\d,.]+: [a-z ]+ \d+ \(.+\) deleted$/);
  });

  test('restated is a new version, and nothing is left to notice', async () => {
    const request: NoiRequest = { period: lastMonth, basis: 'accrual', requestedBy: 'test' };
    const first = await calculated(request);
    await does('postCharge', { leaseId: someLease(), amount: 12.5, date: lastMonth.to });
    const second = await calculated(request);
    expect(second.run.version).toBe(first.run.version + 1);
    const found = await unwrapped(restatementsOf(job, closing()));
    expect(found.map(({ run }) => run.runId)).not.toContain(second.run.runId);
  });
});

function monthOf(day: string): Period {
  return { from: firstDayOfMonth(day), to: lastDayOfMonth(day) };
}

function idOf(name: string): number {
  const all = [...engine.network.buildium.world.records.properties.values()];
  const found = all.find(({ saved }) => saved.Name.startsWith(name));
  if (!found) throw new Error(`The story has no property called ${name}`);
  return found.id;
}

async function unwrapped<T>(
  outcome: Promise<{ ok: true; value: T } | { ok: false; error: { message: string } }>,
): Promise<T> {
  const result = await outcome;
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function calculated(request: NoiRequest): Promise<NoiRun> {
  return unwrapped(calculateNoi(job, request));
}

async function tieOutOf(request: Parameters<typeof tieOutPeriod>[1]): Promise<TieOutReport> {
  return unwrapped(tieOutPeriod(job, request, await unwrapped(readChart(job))));
}

/** A person does something in Buildium, and it works. */
async function does(action: string, given: Record<string, unknown>): Promise<void> {
  const outcome = await engine.inBuildium(action, given);
  if ('error' in outcome) throw new Error(String(outcome['error']));
}

/** Somebody posts right after the n-th reading of a list: the moment that no lock can close. */
function doingAfter(path: string, readings: number, act: () => Promise<void>): Job {
  let left = readings;
  const list: Job['buildium']['list'] = async (...call) => {
    const answer = await job.buildium.list(...call);
    if (call[0] === path && (left -= 1) === 0) await act();
    return answer;
  };
  return { ...job, buildium: { ...job.buildium, list } };
}

function halves(propertyId: number) {
  const owners = [...engine.network.buildium.world.records.owners.values()].filter(({ saved }) =>
    saved.PropertyIds.includes(propertyId),
  );
  return owners.map(({ id }) => ({
    ownershipId: `rec${id}`,
    propertyId,
    ownerId: id,
    millionths: 1_000_000 / owners.length,
    from: null,
    to: null,
  }));
}

/** A bill of last month that nobody has paid, on Maple Street's repairs. */
async function oldBill(): Promise<{ id: number; cents: number; glAccountId: number }> {
  const { records } = engine.network.buildium.world;
  const repairs = [...records.glAccounts.values()].find(
    ({ saved }) => saved.Name === 'Repairs & Maintenance',
  );
  const vendorId = [...records.vendors.keys()][0];
  const glAccountId = repairs?.id ?? 0;
  const outcome = await engine.inBuildium('addBill', {
    vendorId,
    propertyId: property.Maple,
    amount: 400,
    glAccountId,
    date: lastMonth.from,
    memo: 'Gutters',
  });
  await unwrapped(readLedger(job, { period: lastMonth, bases: BASES }));
  return { id: Number(outcome['billId']), cents: 40_000, glAccountId };
}

function someLease(): number {
  const charge = paidCharge();
  return charge.leaseId;
}

/** A rent charge of last month of one line. */
function paidCharge() {
  const { records } = engine.network.buildium.world;
  const found = [...records.transactions.values()].find(
    (one) => one.kind === 'Charge' && one.date === lastMonth.from && one.lines[0]?.glAccountId === 3,
  );
  if (found?.kind !== 'Charge') throw new Error('The story charged no rent last month');
  return found;
}

function rentCharges(leaseId: number, { from, to }: Period): number[] {
  return engine.network.buildium.world.records.ledger
    .leaseTransactions(leaseId)
    .filter(({ kind, date }) => kind === 'Charge' && date >= from && date <= to)
    .map(({ id }) => id);
}

/** Takes some of a property's stored entries away behind everybody's back. */
async function deleteSome(propertyId: number): Promise<void> {
  await engine.database.execute(
    `delete from ledger_entries where connection_id = $1 and basis = 'cash' and property_id = $2 and day between $3 and $4`,
    [job.connectionId, propertyId, lastMonth.from, lastMonth.to],
  );
}

/** What leases owed and what bills had not been paid on a day, from the transactions themselves. */
function openItemsOn(day: string): OpenItems {
  const { records } = engine.network.buildium.world;
  const charges: Balance[] = [...records.leases.keys()].flatMap((leaseId) =>
    records.ledger
      .leaseBalance(leaseId, day)
      .openItems.map(({ glAccountId, openCents }) => ({ glAccountId, amountCents: openCents })),
  );
  const transactions = [...records.transactions.values()].filter(({ date }) => date <= day);
  const paid = new Map<number, number>();
  for (const one of transactions)
    if (one.kind === 'BillPayment')
      for (const { billLineId, amountCents } of one.allocations)
        paid.set(billLineId, (paid.get(billLineId) ?? 0) + amountCents);
  const bills: Balance[] = transactions.flatMap((one) =>
    one.kind === 'Bill'
      ? one.lines.map(({ id, glAccountId, amountCents }) => ({
          glAccountId,
          amountCents: amountCents - (paid.get(id) ?? 0),
        }))
      : [],
  );
  return { charges, bills };
}
