import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addDays, addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { saveGlClasses } from '../../server/db/glClasses.ts';
import { replaceDistributionRules } from '../../server/db/distributionRules.ts';
import { listNotificationsOf } from '../support/moneyRows.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { listCarried } from '../../server/db/restatements.ts';
import { carryForward } from '../../server/jobs/money/carryForward.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { keepLedgerTrue } from '../../server/jobs/money/monthEnd.ts';
import { sharesOf, startMoney, type Money } from '../support/money.ts';

let money: Money;
let job: Job;
let lastMonth: { from: string; to: string };
let month: string;
let property: Record<'Harbor View' | 'Maple' | 'Cedar', number>;

beforeAll(async () => {
  money = await startMoney();
  job = await money.job();
  const from = firstDayOfMonth(addMonths(todayIn(job), -1));
  lastMonth = { from, to: lastDayOfMonth(from) };
  month = from.slice(0, 7);
  property = { 'Harbor View': idOf('Harbor View'), Maple: idOf('Maple'), Cedar: idOf('Cedar') };
});
afterAll(() => money.close());
/** The same books before every test. */
beforeEach(async () => {
  money.network.buildium.world.reset('story', money.network.simulatorClock.nowMs());
  await replaceOwnership(money.database, job.connectionId, halves(500_000));
  await replaceDistributionRules(money.database, job.connectionId, [], new Date().toISOString());
  await money.ask('changeConnection', { body: { settings: { approvalBySecondPerson: false } } });
  // Approvals of one test would bind the next one's draws.
  for (const table of ['carried_differences', 'approved_draws', 'calculation_approvals'])
    await money.database.execute(`delete from ${table} where connection_id = $1`, [job.connectionId]);
});

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
    const [owner] = halves(500_000);
    const ownerIds = [owner?.ownerId ?? 0];
    const { calculationId, state } = await money.calculate({ month, basis: 'cash', ownerIds });
    expect(state).toBe('finished');
    const results = await money.ask('readCalculationResults', { params: { calculationId } });
    expect(results.owners.map(({ ownerId }) => ownerId)).toEqual(ownerIds);
    expect(results.properties.map(({ propertyId }) => propertyId)).toContain(property['Harbor View']);
  });

  test('charges a transaction to one owner alone where somebody said so', async () => {
    const body = { month, basis: 'accrual' as const, propertyIds: [property['Harbor View']] };
    const shared = await resultsOf((await money.calculate({ ...body })).calculationId);
    const { entries } = await money.ask('listCalculationEntries', {
      params: { calculationId: shared.calculationId },
      query: { propertyId: String(property['Harbor View']), limit: '200' },
    });
    const income = entries.find(({ noiClass }) => noiClass === 'operatingIncome');
    const [first, second] = shared.owners;
    const transactionId = income?.transactionId ?? 0;
    await money.ask('allocateToOwner', { body: { transactionId, ownerId: second?.ownerId ?? 0 } });
    const own = await resultsOf((await money.calculate({ ...body })).calculationId);
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
    const results = await resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    const shown = results.properties.find(({ propertyId }) => propertyId === property.Cedar);
    expect(shown?.manual).toMatchObject({ noiCents: 100, note: 'From the old sheet' });
    expect(shown?.manual?.differenceCents).toBe((shown?.statement.noiCents ?? 0) - 100);
    expect((await money.ask('listManualNoi')).entered).toMatchObject([{ month, noiCents: 100 }]);
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
    ['an owner without a property', () => ({ ownerIds: [withoutProperty()] }), 'has no property in Buildium'],
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
    await replaceOwnership(money.database, job.connectionId, halves(millionths));
    const blocked = await money.calculate({ month, basis: 'cash', propertyIds: [property['Harbor View']] });
    expect(blocked).toMatchObject({ state: 'blocked', run: null });
    expect(blocked.problem).toContain(said);
    const others = await money.calculate({ month, basis: 'cash' });
    expect(others.totals).toMatchObject({ properties: 2, heldProperties: 1 });
  });

  test('and goes on in spite of a check when somebody says why, which is written down', async () => {
    await replaceOwnership(money.database, job.connectionId, halves(499_000));
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
    await money.inBuildium('postCharge', { leaseId: someLease(), amount: 3.21, date: lastMonth.from });
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
  const results = await resultsOf(calculationId);
  const done = await money.ask('readCalculation', { params: { calculationId } });
  await money.database.execute('delete from gl_classes where connection_id = $1', [job.connectionId]);
  const line = results.portfolio.lines.find((one) => one.glAccountId === glAccountId);
  expect(line).toMatchObject({ noiClass: 'financing', isCounted: false });
  expect(done.restatement?.changes.every(({ kind }) => kind === 'reclassed')).toBe(true);
  expect(done.restatement?.differenceCents).toBe(-(line?.amountCents ?? 0));
});

describe('an approved run', () => {
  test('promises its draws: asked for again, nothing is left to draw, and nothing is drawn twice', async () => {
    const first = await money.calculate({ month, basis: 'cash' });
    expect(first.totals?.drawCents).toBeGreaterThan(0);
    const params = { calculationId: first.calculationId };
    const approved = await money.ask('approveCalculation', { params, body: { note: 'Looked at the bank' } });
    expect(approved.approval).toMatchObject({ note: 'Looked at the bank' });
    const again = await money.calculate({ month, basis: 'cash' });
    expect(again.run?.version).toBe((first.run?.version ?? 0) + 1);
    expect(again.totals?.drawCents).toBe(0);
    expect(again.totals?.noiCents).toBe(first.totals?.noiCents);
    const { months } = await money.ask('readDrawHistory', {
      query: { from: lastMonth.from, to: lastMonth.to },
    });
    const sum = (key: 'calculatedCents' | 'approvedCents') =>
      months.reduce((total, figures) => total + (figures[key] ?? 0), 0);
    expect(sum('calculatedCents')).toBe(first.totals?.drawCents);
    expect(sum('approvedCents')).toBe(first.totals?.drawCents);
    expect(await money.refused('approveCalculation', { params, body: {} })).toMatchObject({
      status: 409,
      code: 'replaced',
    });
  });

  test('and paid in Buildium is not drawn again, whether or not anybody approved it', async () => {
    const first = await resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    const [one] = drawsOf(first);
    if (!one) throw new Error('The story leaves nothing to draw');
    await payDraw(one);
    const again = await resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    const drawn = again.properties
      .find(({ propertyId }) => propertyId === one.propertyId)
      ?.draw?.owners.find(({ ownerId }) => ownerId === one.ownerId);
    expect(drawn?.drawCents).toBe(0);
    const history = await money.ask('readDrawHistory', { query: { propertyId: String(one.propertyId) } });
    expect(history.payments).toContainEqual(
      expect.objectContaining({ ownerId: one.ownerId, amountCents: one.drawCents }),
    );
  });

  test.each(['within the month', 'today'])(
    'binds nothing any more once it is paid, with a check dated %s',
    async (dated) => {
      const first = await money.calculate({ month, basis: 'cash' });
      const params = { calculationId: first.calculationId };
      await money.ask('approveCalculation', { params, body: {} });
      const drawn = drawsOf(await resultsOf(first.calculationId));
      const promised = await resultsOf(
        (await money.calculate({ month: thisMonth(), basis: 'cash' })).calculationId,
      );
      expect(notYetPaid(promised)).toBe(first.totals?.drawCents);
      for (const draw of drawn) await payDraw(draw, dated === 'today' ? todayIn(job) : lastMonth.to);
      const next = await resultsOf(
        (await money.calculate({ month: thisMonth(), basis: 'cash' })).calculationId,
      );
      expect(notYetPaid(next)).toBe(0);
      // It is no change of the approved month that anybody has to decide on.
      await keepLedgerTrue(job);
      expect((await money.ask('readCalculation', { params })).restatement).toBeNull();
      const again = await resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
      expect(drawsOf(again)).toEqual([]);
    },
  );

  test('that is paid in part binds the rest until somebody withdraws it and says why', async () => {
    const first = await money.calculate({ month, basis: 'cash' });
    const params = { calculationId: first.calculationId };
    await money.ask('approveCalculation', { params, body: {} });
    const [one, ...others] = drawsOf(await resultsOf(first.calculationId));
    if (!one) throw new Error('The story leaves nothing to draw');
    for (const draw of others) await payDraw(draw);
    await payDraw({ ...one, drawCents: one.drawCents - 30_000 });
    const next = { month: thisMonth(), basis: 'cash' as const };
    expect(notYetPaid(await resultsOf((await money.calculate(next)).calculationId))).toBe(30_000);
    const { propertyId, ownerId } = one;
    const body = { propertyId, ownerId, reason: 'The owner leaves it in the property' };
    const viewer = await money.as('Vera', 'viewer');
    expect(await viewer.refused('withdrawDraw', { params, body })).toMatchObject({ status: 403 });
    expect(await money.refused('withdrawDraw', { params, body: { ...body, reason: '' } })).toMatchObject({
      status: 422,
    });
    const { draws } = await money.ask('withdrawDraw', { params, body });
    expect(draws).toHaveLength(others.length + 1);
    expect(draws.find((draw) => draw.propertyId === propertyId && draw.ownerId === ownerId)).toEqual({
      ...{ propertyId, ownerId, approvedCents: one.drawCents, paidCents: one.drawCents - 30_000 },
      ...{ withdrawnCents: 30_000, openCents: 0 },
    });
    expect(await money.ask('listApprovedDraws', { params })).toEqual({ draws });
    expect(notYetPaid(await resultsOf((await money.calculate(next)).calculationId))).toBe(0);
    const again = await money.refused('withdrawDraw', { params, body });
    expect(again).toMatchObject({ status: 409, code: 'decidedBefore' });
    const nobody = await money.refused('withdrawDraw', { params, body: { ...body, ownerId: 999_999 } });
    expect(nobody).toMatchObject({ status: 404 });
    const { entries } = await money.ask('listAudit', { query: { action: 'drawWithdrawn' } });
    expect(entries.map(({ why }) => why)).toEqual([expect.stringContaining(body.reason)]);
  });

  test('cannot be approved beside another of the same money that did not know of it', async () => {
    const cash = await money.calculate({ month, basis: 'cash' });
    const accrual = await money.calculate({ month, basis: 'accrual' });
    await money.ask('approveCalculation', { params: { calculationId: cash.calculationId }, body: {} });
    const both = await money.refused('approveCalculation', {
      params: { calculationId: accrual.calculationId },
      body: {},
    });
    expect(both).toMatchObject({ status: 409, code: 'replaced' });
    expect(both.message).toContain('Calculate it again');
    const again = await money.calculate({ month, basis: 'accrual' });
    expect(again.totals?.drawCents).toBe(0);
  });

  test('cannot be approved once a newer run has other figures of one of its properties', async () => {
    const all = await money.calculate({ month, basis: 'cash' });
    const one = await money.calculate({ month, basis: 'cash', propertyIds: [property.Maple] });
    const params = { calculationId: all.calculationId };
    const refused = await money.refused('approveCalculation', { params, body: {} });
    expect(refused).toMatchObject({ status: 409, code: 'replaced' });
    expect(refused.message).toMatch(/newer figures of Maple.*Calculate this one again/);
    // The same input is the same run, and as new as its last calculation.
    const again = await money.calculate({ month, basis: 'cash' });
    expect(again.run?.runId).toBe(all.run?.runId);
    await money.ask('approveCalculation', { params: { calculationId: again.calculationId }, body: {} });
    const older = { params: { calculationId: one.calculationId }, body: {} };
    expect(await money.refused('approveCalculation', older)).toMatchObject({ code: 'replaced' });
  });

  test('cannot be approved once the shares that it went by are corrected, though nothing has flagged it yet', async () => {
    const { calculationId } = await money.calculate({ month, basis: 'cash' });
    const params = { calculationId };
    const [first, second] = halves(100_000);
    if (!first || !second) throw new Error('The story has no property with two owners');
    await replaceOwnership(money.database, job.connectionId, [{ ...first, millionths: 900_000 }, second]);
    const refused = await money.refused('approveCalculation', { params, body: {} });
    expect(refused).toMatchObject({ status: 409, code: 'replaced' });
    expect(refused.message).toMatch(/: the shares of Harbor View.* have changed\. Calculate it again/);
    await replaceOwnership(money.database, job.connectionId, halves(500_000));
    const { approval } = await money.ask('approveCalculation', { params, body: {} });
    expect(approval).not.toBeNull();
  });

  test('is approved by a second person where the connection asks for one', async () => {
    await money.ask('changeConnection', { body: { settings: { approvalBySecondPerson: true } } });
    const { calculationId } = await money.calculate({ month, basis: 'cash' });
    const params = { calculationId };
    const own = await money.refused('approveCalculation', { params, body: {} });
    expect(own).toMatchObject({ status: 403, code: 'samePerson' });
    const colleague = await money.as('Tom');
    const { approval } = await colleague.ask('approveCalculation', { params, body: {} });
    expect(approval?.approvedBy).toContain('Tom');
    expect(await money.refused('approveCalculation', { params, body: {} })).toMatchObject({
      status: 403,
    });
    expect(await colleague.refused('approveCalculation', { params, body: {} })).toMatchObject({
      code: 'decidedBefore',
    });
  });

  test.each(['percent', 'none'] as const)('never draws more than safe cash (rules: %s)', async (kind) => {
    if (kind === 'percent')
      await replaceDistributionRules(
        money.database,
        job.connectionId,
        [{ ...EVERYBODY, kind: 'percent', millionths: 800_000, reserveTargetCents: null }],
        new Date().toISOString(),
      );
    const results = await resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    for (const { draw, statement, owners } of results.properties) {
      const drawn = draw?.owners.reduce((sum, { drawCents }) => sum + drawCents, 0) ?? 0;
      expect(drawn).toBeLessThanOrEqual(Math.max(0, draw?.safeCashCents ?? 0));
      expect(owners?.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(statement.noiCents);
      for (const { terms, drawCents } of draw?.owners ?? []) {
        expect(terms.at(-1)?.leftCents).toBe(drawCents);
        if (kind === 'percent') expect(terms[0]?.kind).toBe('noi');
      }
    }
  });
});

describe('a calculated month that changes', () => {
  const billed = async () => {
    const { records } = money.network.buildium.world;
    const repairs = [...records.glAccounts.values()].find(
      ({ saved }) => saved.Name === 'Repairs & Maintenance',
    );
    const given = {
      vendorId: [...records.vendors.keys()][0],
      propertyId: property.Maple,
      glAccountId: repairs?.id,
    };
    const { billId } = await money.inBuildium('addBill', { ...given, amount: 400, date: lastMonth.from });
    const calculation = await money.calculate({ month, basis: 'accrual' });
    await money.inBuildium('editTransaction', { transactionId: billId, amount: 650 });
    const kept = await keepLedgerTrue(job);
    expect(kept.ok).toBe(true);
    return { calculation, billId: Number(billId), params: { calculationId: calculation.calculationId } };
  };

  test('is flagged in the night with its difference and its cause; restated, nothing is left open', async () => {
    const { calculation, billId, params } = await billed();
    const { restatements } = await money.ask('listRestatements');
    const flag = restatements.find(({ runId }) => runId === calculation.run?.runId);
    expect(flag).toMatchObject({
      differenceCents: -25_000,
      changes: [{ transactionId: billId, kind: 'edited' }],
    });
    expect(flag?.changes[0]?.sentence).toMatch(
      /^[A-Z][a-z]+ −\$250\.00: bill \d+ edited on \d{4}-\d\d-\d\d$/,
    );
    expect((await money.ask('readCalculation', { params })).restatement).toEqual(flag);
    const refused = await money.refused('approveCalculation', { params, body: {} });
    expect(refused).toMatchObject({ status: 409, code: 'replaced' });
    expect(refused.message).toMatch(/bill \d+ edited on .*Calculate it again and approve that/);
    const again = await money.ask('restateCalculation', {
      params,
      body: { reason: 'The bill was corrected' },
    });
    await advanceCalculations(job);
    const restated = await money.ask('readCalculation', { params: again });
    expect(restated).toMatchObject({ kind: 'restatement', state: 'finished', restatement: null });
    await money.ask('approveCalculation', { params: again, body: {} });
    expect(restated.totals?.noiCents).toBe((calculation.totals?.noiCents ?? 0) - 25_000);
    expect((await money.ask('readCalculation', { params })).totals).toEqual(calculation.totals);
  });

  test('is carried into the open month, whose draws make up for it', async () => {
    const { params, calculation } = await billed();
    const into = lastDayOfMonth(addDays(lastMonth.to, 1)).slice(0, 7);
    const early = await money.refused('carryForward', {
      params,
      body: { intoMonth: month, reason: 'No' + ' more' },
    });
    expect(early).toMatchObject({ status: 422 });
    const { carried } = await money.ask('carryForward', {
      params,
      body: { intoMonth: into, reason: 'The statement is out' },
    });
    expect(carried).toMatchObject([{ propertyId: property.Maple, amountCents: -25_000, intoMonth: into }]);
    const { restatements } = await money.ask('listRestatements');
    expect(restatements.map(({ runId }) => runId)).not.toContain(calculation.run?.runId);
    expect(await money.refused('carryForward', { params, body: { reason: 'Again' } })).toMatchObject({
      code: 'decidedBefore',
    });
    await replaceDistributionRules(
      money.database,
      job.connectionId,
      [{ ...EVERYBODY, kind: 'percent', millionths: 1_000_000, reserveTargetCents: null }],
      new Date().toISOString(),
    );
    const open = await resultsOf((await money.calculate({ month: into, basis: 'accrual' })).calculationId);
    const maple = open.properties.find(({ propertyId }) => propertyId === property.Maple);
    expect(maple?.adjustments).toMatchObject([{ amountCents: -25_000 }]);
    expect(maple?.draw?.owners[0]?.terms[1]).toMatchObject({ kind: 'carried', amountCents: -25_000 });
  });

  test.each(['restated', 'asked for again'])(
    'carried forward and then %s counts once in the draws of both months together',
    async (path) => {
      const { params, billId } = await billed();
      await replaceDistributionRules(
        money.database,
        job.connectionId,
        [{ ...EVERYBODY, kind: 'percent', millionths: 1_000_000, reserveTargetCents: null }],
        new Date().toISOString(),
      );
      const into = addDays(lastMonth.to, 1).slice(0, 7);
      const reason = 'The statement is out';
      const before = await dueOfMaple(params.calculationId);
      await money.ask('carryForward', { params, body: { intoMonth: into, reason } });
      let again: { calculationId: string };
      if (path === 'restated') {
        again = await money.ask('restateCalculation', { params, body: { reason } });
        await advanceCalculations(job);
      } else again = await money.calculate({ month, basis: 'accrual' });
      const after = await dueOfMaple(again.calculationId);
      expect(after.noiCents).toBe(before.noiCents - 25_000);
      expect(after.dueCents).toBe(before.dueCents);
      expect(after.sentences).toEqual([
        expect.stringMatching(/bill \d+ edited on .*, made up for in [A-Z][a-z]+ \d{4}$/),
      ]);
      const later = await dueOfMaple(
        (await money.calculate({ month: into, basis: 'accrual' })).calculationId,
      );
      expect(later.dueCents).toBe(later.noiCents - 25_000);
      // The other basis has its own differences.
      const cash = await dueOfMaple((await money.calculate({ month: into, basis: 'cash' })).calculationId);
      expect(cash.sentences).toEqual([]);
      // The version that was replaced decides nothing any more; what changes now stands on the new one, alone.
      expect(await money.refused('carryForward', { params, body: { reason } })).toMatchObject({
        code: 'replaced',
      });
      await money.inBuildium('editTransaction', { transactionId: billId, amount: 660 });
      await keepLedgerTrue(job);
      const { restatement } = await money.ask('readCalculation', { params: again });
      expect(restatement).toMatchObject({ differenceCents: -1_000 });
    },
  );

  test('is not carried into a month whose draws are approved, but into the next', async () => {
    const { params } = await billed();
    const open = await money.calculate({ month: thisMonth(), basis: 'accrual' });
    await money.ask('approveCalculation', { params: { calculationId: open.calculationId }, body: {} });
    const body = { reason: 'The statement is out' };
    const refused = await money.refused('carryForward', {
      params,
      body: { ...body, intoMonth: thisMonth() },
    });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.message).toMatch(/draws of \d{4}-\d\d are approved.*Name a later month/);
    const { carried } = await money.ask('carryForward', { params, body });
    expect(carried).toMatchObject([
      { amountCents: -25_000, intoMonth: addMonths(firstDayOfMonth(todayIn(job)), 1).slice(0, 7) },
    ]);
  });

  test('and was carried into a calculated month keeps that from being approved without it', async () => {
    const { params } = await billed();
    const into = { month: thisMonth(), basis: 'accrual' as const };
    const before = await money.calculate(into);
    await money.ask('carryForward', { params, body: { reason: 'The statement is out' } });
    const refused = await money.refused('approveCalculation', {
      params: { calculationId: before.calculationId },
      body: {},
    });
    expect(refused).toMatchObject({ status: 409, code: 'replaced' });
    expect(refused.message).toMatch(/carried into this one.*Calculate it again/);
    const { calculationId } = await money.calculate(into);
    await money.ask('approveCalculation', { params: { calculationId }, body: {} });
  });

  test('is left out of a run of one property too, when it was carried out of the run of all', async () => {
    const { params } = await billed();
    const one = { month, basis: 'accrual' as const, propertyIds: [property.Maple ?? 0] };
    const reason = 'The statement is out';
    await money.ask('carryForward', { params, body: { reason } });
    const own = await resultsOf((await money.calculate(one)).calculationId);
    expect(own.properties[0]?.adjustments).toMatchObject([{ amountCents: 25_000 }]);
  });

  test('is carried once, however many people do it at the same moment', async () => {
    const { calculation } = await billed();
    const decision = { reason: 'The statement is out', intoMonth: null };
    const people = ['Priya', 'Marcus', 'Ana', 'Li'];
    const answers = await Promise.all(
      people.map((by) => carryForward(job, calculation.calculationId, { ...decision, by })),
    );
    const late = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.kind]));
    expect(late).toEqual(['decidedBefore', 'decidedBefore', 'decidedBefore']);
    const carried = await listCarried(money.database, job.connectionId);
    expect(carried).toMatchObject([{ amountCents: -25_000 }]);
    const { entries } = await money.ask('listAudit', { query: { action: 'differenceCarried', limit: '10' } });
    expect(entries.filter(({ actor }) => people.includes(actor))).toHaveLength(1);
  });
});

const EVERYBODY = { ruleId: 'rec1', position: 1, ownerId: null, propertyId: null, enteredBy: 'Priya' };

/** What the rules start from: net operating income with what was carried into and out of the month. */
async function dueOfMaple(calculationId: string) {
  const { properties } = await resultsOf(calculationId);
  const maple = properties.find(({ propertyId }) => propertyId === property.Maple);
  const adjustments = maple?.adjustments ?? [];
  const noiCents = maple?.statement.noiCents ?? 0;
  const carriedCents = (maple?.draw?.owners ?? [])
    .flatMap(({ terms }) => terms)
    .filter(({ kind }) => kind === 'carried')
    .reduce((sum, { amountCents }) => sum + amountCents, 0);
  return {
    noiCents,
    dueCents: noiCents + carriedCents,
    sentences: adjustments.map(({ sentence }) => sentence),
  };
}

async function resultsOf(calculationId: string) {
  return money.ask('readCalculationResults', { params: { calculationId } });
}

type Results = Awaited<ReturnType<typeof resultsOf>>;

function drawsOf({ properties }: Results) {
  return properties
    .flatMap(({ propertyId, draw }) =>
      (draw?.owners ?? []).map(({ ownerId, drawCents }) => ({ propertyId, ownerId, drawCents })),
    )
    .filter(({ drawCents }) => drawCents > 0);
}

/** Of all properties, as it stands now. */
function notYetPaid({ properties }: Results): number {
  return properties
    .flatMap(({ draw }) => draw?.now ?? [])
    .filter(({ name }) => name === 'Approved draws not yet paid')
    .reduce((sum, { amountCents }) => sum - amountCents, 0);
}

function thisMonth(): string {
  return todayIn(job).slice(0, 7);
}

async function runs(): Promise<number> {
  const [row] = await money.database.query<{ runs: number }>(
    'select count(*)::int as runs from calculation_runs',
  );
  return row?.runs ?? 0;
}

function idOf(name: string): number {
  const all = [...money.network.buildium.world.records.properties.values()];
  const found = all.find(({ saved }) => saved.Name.startsWith(name));
  if (!found) throw new Error(`The story has no property called ${name}`);
  return found.id;
}

const halves = (second: number) => sharesOf(money, 'Harbor View', second);

/** Somebody who sold the last one. */
function withoutProperty(): number {
  const { owners } = money.network.buildium.world.records;
  const [owner] = [...owners.values()].slice(-1);
  if (!owner) throw new Error('The story has no owners');
  owner.saved.PropertyIds = [];
  return owner.id;
}

function someLease(): number {
  const found = [...money.network.buildium.world.records.transactions.values()].find(
    (one) => one.kind === 'Charge' && one.date === lastMonth.from,
  );
  if (found?.kind !== 'Charge') throw new Error('The story charged no rent last month');
  return found.leaseId;
}

/** A check to the owner, as an accountant writes it. */
async function payDraw(
  draw: { propertyId: number; ownerId: number; drawCents: number },
  day = todayIn(job),
): Promise<void> {
  const { bankAccounts, glAccounts } = money.network.buildium.world.records;
  const account = [...glAccounts.values()].find(
    ({ defaultAccountName }) => defaultAccountName === 'Owner Draw',
  );
  await money.post(`/v1/bankaccounts/${[...bankAccounts.keys()][0]}/checks`, {
    Payee: { Id: draw.ownerId, Type: 'RentalOwner' },
    EntryDate: day,
    Lines: [
      {
        GLAccountId: account?.id,
        AccountingEntity: { Id: draw.propertyId, AccountingEntityType: 'Rental' },
        Amount: draw.drawCents / 100,
      },
    ],
  });
}
