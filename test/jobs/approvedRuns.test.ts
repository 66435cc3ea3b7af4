import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { replaceDistributionRules } from '../../server/db/distributionRules.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { keepLedgerTrue } from '../../server/jobs/money/monthEnd.ts';
import { EVERYBODY, openLastMonth, type LastMonth, type Results } from '../support/lastMonth.ts';

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
    const first = await books.resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
    const [one] = drawsOf(first);
    if (!one) throw new Error('The story leaves nothing to draw');
    await books.payDraw(one);
    const again = await books.resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
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
      const drawn = drawsOf(await books.resultsOf(first.calculationId));
      const promised = await books.resultsOf(
        (await money.calculate({ month: books.thisMonth(), basis: 'cash' })).calculationId,
      );
      expect(notYetPaid(promised)).toBe(first.totals?.drawCents);
      for (const draw of drawn) await books.payDraw(draw, dated === 'today' ? todayIn(job) : lastMonth.to);
      const next = await books.resultsOf(
        (await money.calculate({ month: books.thisMonth(), basis: 'cash' })).calculationId,
      );
      expect(notYetPaid(next)).toBe(0);
      // It is no change of the approved month that anybody has to decide on.
      await keepLedgerTrue(job);
      expect((await money.ask('readCalculation', { params })).restatement).toBeNull();
      const again = await books.resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
      expect(drawsOf(again)).toEqual([]);
    },
  );

  test('that is paid in part binds the rest until somebody withdraws it and says why', async () => {
    const first = await money.calculate({ month, basis: 'cash' });
    const params = { calculationId: first.calculationId };
    await money.ask('approveCalculation', { params, body: {} });
    const [one, ...others] = drawsOf(await books.resultsOf(first.calculationId));
    if (!one) throw new Error('The story leaves nothing to draw');
    for (const draw of others) await books.payDraw(draw);
    await books.payDraw({ ...one, drawCents: one.drawCents - 30_000 });
    const next = { month: books.thisMonth(), basis: 'cash' as const };
    expect(notYetPaid(await books.resultsOf((await money.calculate(next)).calculationId))).toBe(30_000);
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
      ...{ kind: 'OwnerDraw', propertyId, ownerId, approvedCents: one.drawCents },
      ...{ paidCents: one.drawCents - 30_000 },
      ...{ withdrawnCents: 30_000, openCents: 0 },
    });
    expect(await money.ask('listApprovedDraws', { params })).toEqual({ draws });
    expect(notYetPaid(await books.resultsOf((await money.calculate(next)).calculationId))).toBe(0);
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
    const [first, second] = books.halves(100_000);
    if (!first || !second) throw new Error('The story has no property with two owners');
    await replaceOwnership(money.database, job.connectionId, [{ ...first, millionths: 900_000 }, second]);
    const refused = await money.refused('approveCalculation', { params, body: {} });
    expect(refused).toMatchObject({ status: 409, code: 'replaced' });
    expect(refused.message).toMatch(/: the shares of Harbor View.* have changed\. Calculate it again/);
    await replaceOwnership(money.database, job.connectionId, books.halves(500_000));
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
    const results = await books.resultsOf((await money.calculate({ month, basis: 'cash' })).calculationId);
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
