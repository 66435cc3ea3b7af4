import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addDays, addMonths, firstDayOfMonth, lastDayOfMonth } from '../../shared/dates.ts';
import { replaceDistributionRules } from '../../server/db/distributionRules.ts';
import { replaceManagedPeriods } from '../../server/db/ownership.ts';
import { listCarried } from '../../server/db/restatements.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import { carryForward } from '../../server/jobs/money/carryForward.ts';
import { keepLedgerTrue } from '../../server/jobs/money/monthEnd.ts';
import { EVERYBODY, openLastMonth, type LastMonth } from '../support/lastMonth.ts';

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

describe('a calculated month that changes', () => {
  const repaired = async (amount: number, at = { propertyId: property.Maple, date: lastMonth.from }) => {
    const { records } = money.network.buildium.world;
    const repairs = [...records.glAccounts.values()].find(
      ({ saved }) => saved.Name === 'Repairs & Maintenance',
    );
    const given = {
      vendorId: [...records.vendors.keys()][0],
      glAccountId: repairs?.id,
    };
    return money.inBuildium('addBill', { ...given, ...at, amount });
  };
  const billed = async () => {
    const { billId } = await repaired(400);
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
    const flaggedIn = async (findingsOf: string) =>
      (await money.ask('listCalculations', { query: { findingsOf } })).calculations.find(
        ({ calculationId }) => calculationId === params.calculationId,
      )?.restatement;
    expect(await flaggedIn(params.calculationId)).toEqual(flag);
    expect(await flaggedIn('019ab2c4-0000-7000-8000-000000000000')).toEqual({ ...flag, changes: [] });
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
    const open = await books.resultsOf(
      (await money.calculate({ month: into, basis: 'accrual' })).calculationId,
    );
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
    const open = await money.calculate({ month: books.thisMonth(), basis: 'accrual' });
    await money.ask('approveCalculation', { params: { calculationId: open.calculationId }, body: {} });
    const body = { reason: 'The statement is out' };
    const refused = await money.refused('carryForward', {
      params,
      body: { ...body, intoMonth: books.thisMonth() },
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
    const into = { month: books.thisMonth(), basis: 'accrual' as const };
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
    const own = await books.resultsOf((await money.calculate(one)).calculationId);
    expect(own.properties[0]?.adjustments).toMatchObject([{ amountCents: 25_000 }]);
  });

  const UNDONE = {
    'edited back': (billId: number) =>
      money.inBuildium('editTransaction', { transactionId: billId, amount: 400 }),
    'dated in the later month': (billId: number) =>
      money.inBuildium('editTransaction', { transactionId: billId, date: todayIn(job) }),
    deleted: (billId: number) => money.inBuildium('deleteBill', { billId }),
  };
  test.each([['edited back'], ['dated in the later month'], ['deleted']] as const)(
    'and was carried by a bill that is then %s stands open by what was carried, until that is carried too',
    async (way) => {
      const isEdited = way === 'edited back';
      const first = isEdited ? await billed() : null;
      const { calculationId } = first?.calculation ?? (await money.calculate({ month, basis: 'accrual' }));
      const billId = first?.billId ?? Number((await repaired(250)).billId);
      await keepLedgerTrue(job);
      const params = { calculationId };
      const reason = 'The statement is out';
      await money.ask('carryForward', { params, body: { reason } });
      await UNDONE[way](billId);
      await keepLedgerTrue(job);
      const { restatement } = await money.ask('readCalculation', { params });
      expect(restatement).toMatchObject({
        differenceCents: 25_000,
        changes: [{ propertyId: property.Maple, transactionId: billId, kind: 'restored', noiCents: 25_000 }],
      });
      expect(restatement?.changes[0]?.sentence).toMatch(
        /^[A-Z][a-z]+ \+\$250\.00: [a-z]+ \d+.*, carried into [A-Z][a-z]+ \d{4}, no longer changes the month$/,
      );
      expect(await money.refused('approveCalculation', { params, body: {} })).toMatchObject({ status: 409 });
      const { carried } = await money.ask('carryForward', { params, body: { reason } });
      expect(carried).toMatchObject([{ amountCents: 25_000, intoMonth: books.thisMonth() }]);
      await keepLedgerTrue(job);
      expect((await money.ask('readCalculation', { params })).restatement).toBeNull();
      const later = await money.calculate({ month: books.thisMonth(), basis: 'accrual' });
      const { properties } = await books.resultsOf(later.calculationId);
      const maple = properties.find(({ propertyId }) => propertyId === property.Maple);
      expect(maple?.adjustments.map(({ amountCents }) => amountCents)).toEqual([-25_000, 25_000]);
    },
  );

  test('is not carried into a month in which the property is not managed', async () => {
    const { params } = await billed();
    const managedTo = async (to: string) =>
      replaceManagedPeriods(money.database, job.connectionId, [
        { propertyId: property.Maple, from: null, to },
      ]);
    await managedTo(lastMonth.to);
    const body = { reason: 'The statement is out' };
    const refused = await money.refused('carryForward', { params, body });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.message).toMatch(
      /^Maple .* has no managed day in \d{4}-\d\d: .*Calculate \d{4}-\d\d again/,
    );
    expect(await listCarried(money.database, job.connectionId)).toEqual([]);
    await managedTo(addDays(lastMonth.to, 1));
    await money.ask('carryForward', { params, body });
  });

  test('is carried without what people entered otherwise, and the audit names what was carried', async () => {
    await repaired(10, { propertyId: property.Cedar, date: lastMonth.to });
    const { params } = await billed();
    await replaceManagedPeriods(money.database, job.connectionId, [
      { propertyId: property.Cedar, from: null, to: addDays(lastMonth.to, -1) },
    ]);
    await keepLedgerTrue(job);
    const { restatement } = await money.ask('readCalculation', { params });
    expect(restatement?.differenceCents).not.toBe(-25_000);
    expect(restatement?.changes).toContainEqual(expect.objectContaining({ kind: 'managedDays' }));
    await money.ask('carryForward', { params, body: { reason: 'The statement is out' } });
    const { entries } = await money.ask('listAudit', { query: { action: 'differenceCarried', limit: '1' } });
    expect(entries[0]?.why).toMatch(/^-\$250\.00 of /);
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

/** What the rules start from: net operating income with what was carried into and out of the month. */
async function dueOfMaple(calculationId: string) {
  const { properties } = await books.resultsOf(calculationId);
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
