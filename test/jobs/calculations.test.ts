import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addMonths } from '../../shared/dates.ts';
import { saveGlClasses } from '../../server/db/glClasses.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import type { Job } from '../../server/jobs/job.ts';
import { listNotificationsOf } from '../support/moneyRows.ts';
import { openLastMonth, type LastMonth } from '../support/lastMonth.ts';

let books: LastMonth;
let money: LastMonth['money'];
let job: LastMonth['job'];
let month: string;
let lastMonth: LastMonth['period'];
let property: LastMonth['property'];

beforeAll(async () => {
  books = await openLastMonth();
  ({ money, job, month, period: lastMonth, property } = books);
});
afterAll(() => books.close());
beforeEach(() => books.reset());

describe('a calculation that was asked for', () => {
  test('is accepted at once, done by a worker, and ties out to 0.00', async () => {
    const { calculationId } = await money.ask('calculateNoi', { body: { month, basis: 'cash' } });
    expect(await money.ask('readCalculation', { params: { calculationId } })).toMatchObject({
      state: 'queued',
      run: null,
      totals: null,
    });
    await advanceCalculations(job);
    const done = await money.ask('readCalculation', { params: { calculationId } });
    expect(done).toMatchObject({
      state: 'finished',
      basis: 'cash',
      period: lastMonth,
      run: { version: 1, newestVersion: 1, isNew: true },
      tieOut: { isTied: true, differences: 0 },
      lockDates: { all: null, properties: [] },
      approval: null,
    });
    expect(done.totals).toMatchObject({ properties: 3, heldProperties: 0 });
    expect(done.totals?.noiCents).not.toBe(0);
    const listed = await money.ask('listCalculations', { query: { month } });
    expect(listed.calculations[0]).toEqual(done);
    const tieOut = await money.ask('readTieOut', { params: { calculationId } });
    expect(tieOut).toMatchObject({ isTied: true, differenceCents: 0, differences: [] });
    expect(tieOut.compared).toBeGreaterThan(5);
  });

  test('names accounts that nobody has confirmed, and every figure adds up from its entries', async () => {
    const { calculationId } = await money.calculate({ month, basis: 'accrual' });
    const params = { calculationId };
    const results = await money.ask('readCalculationResults', { params });
    expect(results.unconfirmedAccounts.map(({ name }) => name)).toContain('Mortgage Interest');
    const line = results.properties[0]?.statement.lines.find(({ isCounted }) => isCounted);
    const propertyId = String(results.properties[0]?.propertyId);
    const query = { propertyId, glAccountId: String(line?.glAccountId), limit: '1' };
    const first = await money.ask('listCalculationEntries', { params, query });
    expect(first.sumCents).toBe(line?.amountCents);
    const entries = [...first.entries];
    for (let next = first.nextAfter; next !== null; ) {
      const page = await money.ask('listCalculationEntries', {
        params,
        query: { ...query, after: String(next) },
      });
      entries.push(...page.entries);
      next = page.nextAfter;
    }
    expect(entries).toHaveLength(first.total);
    expect(entries.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(line?.amountCents);
    expect(entries[0]).toMatchObject({ account: line?.name, noiClass: line?.noiClass });
    const properties = results.properties.reduce((sum, { statement }) => sum + statement.noiCents, 0);
    expect(properties).toBe(results.portfolio.noiCents);
    const owners = results.owners.reduce((sum, { noiCents }) => sum + noiCents, 0);
    expect(owners).toBe(results.portfolio.noiCents);
  });

  test('can be opened in a spreadsheet without a formula running', async () => {
    money.network.buildium.world.records.properties.get(property.Maple)!.saved.Name = '=HYPERLINK("x")';
    const { calculationId } = await money.calculate({ month, basis: 'cash' });
    const { type, text } = await money.text(`/calculations/${calculationId}/csv`);
    expect(type).toContain('text/csv');
    expect(text).toContain(`"'=HYPERLINK(""x"")"`);
    expect(text.split('\r\n').length).toBeGreaterThan(20);
    const lines = text.split('\r\n').filter((line) => line.includes(',Operating Trust Account,'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line.includes(',Change of balance,Excluded,'))).toBe(true);
    expect(text).toMatch(/,Below the line,Financing,Mortgage Interest,-\d/);
  });

  test('as a dry run shows its figures and keeps nothing', async () => {
    const before = await runs();
    const dry = await money.calculate({ month, basis: 'cash', dryRun: true });
    expect(dry).toMatchObject({ state: 'finished', dryRun: true, run: null });
    const results = await money.ask('readCalculationResults', {
      params: { calculationId: dry.calculationId },
    });
    expect(results).toMatchObject({ runId: null, version: null });
    expect(results.portfolio.noiCents).toBe(dry.totals?.noiCents);
    expect(await runs()).toBe(before);
  });

  test('of an owner is of the owner’s properties, and shows that owner alone', async () => {
    const [owner] = books.halves(500_000);
    const ownerIds = [owner?.ownerId ?? 0];
    const { calculationId, state } = await money.calculate({ month, basis: 'cash', ownerIds });
    expect(state).toBe('finished');
    const results = await money.ask('readCalculationResults', { params: { calculationId } });
    expect(results.owners.map(({ ownerId }) => ownerId)).toEqual(ownerIds);
    expect(results.properties.map(({ propertyId }) => propertyId)).toContain(property['Harbor View']);
  });

  test('charges a transaction to one owner alone where somebody said so', async () => {
    const body = { month, basis: 'accrual' as const, propertyIds: [property['Harbor View']] };
    const shared = await books.resultsOf((await money.calculate({ ...body })).calculationId);
    const { entries } = await money.ask('listCalculationEntries', {
      params: { calculationId: shared.calculationId },
      query: { propertyId: String(property['Harbor View']), limit: '200' },
    });
    const income = entries.find(({ noiClass }) => noiClass === 'operatingIncome');
    const [first, second] = shared.owners;
    const transactionId = income?.transactionId ?? 0;
    await money.ask('allocateToOwner', { body: { transactionId, ownerId: second?.ownerId ?? 0 } });
    const own = await books.resultsOf((await money.calculate({ ...body })).calculationId);
    await money.ask('allocateToOwner', { body: { transactionId, ownerId: null } });
    const counted = entries
      .filter((entry) => entry.transactionId === transactionId && entry.noiClass === 'operatingIncome')
      .reduce((sum, { amountCents }) => sum + amountCents, 0);
    expect(own.portfolio.noiCents).toBe(shared.portfolio.noiCents);
    const grown = (own.owners[1]?.noiCents ?? 0) - (second?.noiCents ?? 0);
    expect(Math.abs(grown - counted / 2)).toBeLessThanOrEqual(1);
    expect((own.owners[0]?.noiCents ?? 0) + grown).toBe(first?.noiCents);
  });

  test('takes rent on a sub-account of Rent Income for rent', async () => {
    const { records } = money.network.buildium.world;
    const charge = [...records.transactions.values()].find(
      (one) => one.kind === 'Charge' && one.date === lastMonth.from,
    );
    if (charge?.kind !== 'Charge') throw new Error('The story charged no rent last month');
    const withoutRent = async () =>
      (await money.calculate({ month, basis: 'cash' })).findings.filter(
        ({ check }) => check === 'missingRent',
      ).length;
    const before = await withoutRent();
    await money.inBuildium('deleteTransaction', { transactionId: charge.id });
    expect(await withoutRent()).toBe(before + 1);
    const rent = [...records.glAccounts.values()].find(
      ({ defaultAccountName }) => defaultAccountName === 'Rent Income',
    );
    const account = await money.post('/v1/glaccounts', {
      ...{ Name: 'Subsidised Rent', SubType: 'Income', AccountNumber: '4010', ParentGLAccountId: rent?.id },
    });
    await money.post(`/v1/leases/${charge.leaseId}/charges`, {
      Date: lastMonth.from,
      Lines: [{ GLAccountId: account.Id, Amount: 900 }],
    });
    expect(await withoutRent()).toBe(before);
  });

  test('is compared with what somebody worked out by hand', async () => {
    await money.ask('enterManualNoi', {
      body: { month, propertyId: property.Cedar, basis: 'cash', noiCents: 100, note: 'From the old sheet' },
    });
    const results = await books.resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    const shown = results.properties.find(({ propertyId }) => propertyId === property.Cedar);
    expect(shown?.manual).toMatchObject({ noiCents: 100, note: 'From the old sheet' });
    expect(shown?.manual?.differenceCents).toBe((shown?.statement.noiCents ?? 0) - 100);
    expect((await money.ask('listManualNoi')).entered).toMatchObject([{ month, noiCents: 100 }]);
    // What was entered is of the whole month, and says nothing of its first half.
    const period = { from: `${month}-01`, to: `${month}-15` };
    const half = await books.resultsOf((await money.calculate({ period, basis: 'cash' })).calculationId);
    expect(half.properties.map(({ manual }) => manual)).toEqual(half.properties.map(() => null));
  });

  test('tells whoever is to be told when it is done', async () => {
    const { totals } = await money.calculate({ month, basis: 'cash' });
    const [newest] = await listNotificationsOf(money.database, job.connectionId);
    expect(newest).toMatchObject({ kind: 'calculation' });
    expect(newest?.subject).toContain('done');
    expect(totals).not.toBeNull();
  });
});

describe('what cannot be calculated is refused, with what to do', () => {
  const future = () => addMonths(lastMonth.from, 3).slice(0, 7);
  test.each([
    ['a basis that nobody knows', () => ({ month, basis: 'both' }), 422, 'must be cash or accrual'],
    ['a month that has not begun', () => ({ month: future() }), 422, 'Choose one that has begun'],
    ['neither month nor period', () => ({}), 422, 'either a month or a period'],
    ['a month and a period', () => ({ month, period: lastMonth }), 422, 'either a month or a period'],
    ['a month that is none', () => ({ month: '2026-13' }), 422, 'such as 2026-10'],
    [
      'a period that ends before it begins',
      () => ({ period: { from: lastMonth.to, to: lastMonth.from } }),
      422,
      'the earlier first',
    ],
    ['properties and owners', () => ({ month, propertyIds: [1], ownerIds: [1] }), 422, 'not both'],
    ['an empty list', () => ({ month, propertyIds: [] }), 422, 'propertyIds'],
  ])('%s', async (_, body, status, message) => {
    const answer = await money.refused('calculateNoi', { body: body() });
    expect(answer.status).toBe(status);
    expect(answer.message).toContain(message);
  });

  test.each([
    [
      'a property that is not in Buildium',
      () => ({ propertyIds: [999_999] }),
      'Property 999999 is not in Buildium',
    ],
    ['an owner who is not in Buildium', () => ({ ownerIds: [999_999] }), 'Owner 999999 is not in Buildium'],
    [
      'an owner without a property',
      () => ({ ownerIds: [books.withoutProperty()] }),
      'has no property in Buildium',
    ],
  ])('%s, as soon as Buildium has said so', async (_, scope, message) => {
    const calculation = await money.calculate({ month, basis: 'cash', ...scope() });
    expect(calculation).toMatchObject({ state: 'failed', run: null });
    expect(calculation.problem).toContain(message);
    const answer = await money.refused('readCalculationResults', {
      params: { calculationId: calculation.calculationId },
    });
    expect(answer).toMatchObject({ status: 409, code: 'noFigures' });
  });

  test.each([
    [499_000, '99.9%'],
    [510_000, '101%'],
  ])('shares that come to %s millionths more than a half', async (millionths, said) => {
    await replaceOwnership(money.database, job.connectionId, books.halves(millionths));
    const blocked = await money.calculate({ month, basis: 'cash', propertyIds: [property['Harbor View']] });
    expect(blocked).toMatchObject({ state: 'blocked', run: null });
    expect(blocked.problem).toContain(said);
    const others = await money.calculate({ month, basis: 'cash' });
    expect(others.totals).toMatchObject({ properties: 2, heldProperties: 1 });
  });

  test('and goes on in spite of a check when somebody says why, which is written down', async () => {
    await replaceOwnership(money.database, job.connectionId, books.halves(499_000));
    const body = { month, basis: 'cash', propertyIds: [property['Harbor View']] } as const;
    const blocked = await money.calculate({ ...body, propertyIds: [...body.propertyIds] });
    const params = { calculationId: blocked.calculationId };
    expect(
      (await money.refused('overrideChecks', { params, body: { checks: ['shares'], reason: '' } })).status,
    ).toBe(422);
    const reason = 'The new partner signs next week';
    const again = await money.ask('overrideChecks', { params, body: { checks: ['shares'], reason } });
    await advanceCalculations(job);
    const done = await money.ask('readCalculation', { params: again });
    expect(done).toMatchObject({ kind: 'override', state: 'finished' });
    expect(done.findings.find(({ check }) => check === 'shares')?.severity).toBe('overridden');
    const { entries } = await money.ask('listAudit', { query: { action: 'checksOverridden' } });
    expect(entries[0]?.why).toContain(reason);
  });
});

describe('two at once', () => {
  test('of the same month are one run, whichever process does them', async () => {
    await money.inBuildium('postCharge', { leaseId: books.someLease(), amount: 3.21, date: lastMonth.from });
    const body = { month, basis: 'accrual' } as const;
    const asked = [await money.ask('calculateNoi', { body }), await money.ask('calculateNoi', { body })];
    const other: Job = { ...job, owner: 'another process' };
    await Promise.all([advanceCalculations(job), advanceCalculations(other)]);
    const done = await Promise.all(asked.map((params) => money.ask('readCalculation', { params })));
    expect(done.map(({ state }) => state)).toEqual(['finished', 'finished']);
    expect(new Set(done.map(({ run }) => run?.runId)).size).toBe(1);
  });
});

test('a class that is changed during a calculation is counted as it was, and said to have changed since', async () => {
  const { calculationId } = await money.ask('calculateNoi', { body: { month, basis: 'cash' } });
  const interest = [...money.network.buildium.world.records.glAccounts.values()].find(
    ({ saved }) => saved.Name === 'Mortgage Interest',
  );
  const glAccountId = interest?.id ?? 0;
  const classes = [{ glAccountId, noiClass: 'operatingExpense' as const, confirmedBy: 'Priya' }];
  const list: Job['buildium']['list'] = async (...call) => {
    const answer = await job.buildium.list(...call);
    if (call[0] === '/v1/generalledger')
      await saveGlClasses(money.database, job.connectionId, classes, new Date().toISOString());
    return answer;
  };
  await advanceCalculations({ ...job, buildium: { ...job.buildium, list } });
  const results = await books.resultsOf(calculationId);
  const done = await money.ask('readCalculation', { params: { calculationId } });
  await money.database.execute('delete from gl_classes where connection_id = $1', [job.connectionId]);
  const line = results.portfolio.lines.find((one) => one.glAccountId === glAccountId);
  expect(line).toMatchObject({ noiClass: 'financing', isCounted: false });
  expect(done.restatement?.changes.every(({ kind }) => kind === 'reclassed')).toBe(true);
  expect(done.restatement?.differenceCents).toBe(-(line?.amountCents ?? 0));
});

async function runs(): Promise<number> {
  const [row] = await money.database.query<{ runs: number }>(
    'select count(*)::int as runs from calculation_runs',
  );
  return row?.runs ?? 0;
}
