import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { replaceDistributionRules } from '../../server/db/distributionRules.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import { EVERYBODY, openLastMonth, type LastMonth, type Results } from '../support/lastMonth.ts';

let books: LastMonth;
let money: LastMonth['money'];
let property: LastMonth['property'];
let ownerId: number;

const SHORT_CENTS = 50_000;

beforeAll(async () => {
  books = await openLastMonth();
  ({ money, property } = books);
});
afterAll(() => books.close());
/** Maple's owner has Cedar too, which ends the month $500.00 below zero, and allows netting. */
beforeEach(async () => {
  await books.reset();
  const maple = (await calculated(books.month)).results.properties.find(
    ({ propertyId }) => propertyId === property.Maple,
  );
  ownerId = maple?.draw?.owners[0]?.ownerId ?? 0;
  await replaceOwnership(money.database, books.job.connectionId, [
    ...books.halves(500_000),
    ...[property.Maple, property.Cedar].map((propertyId) => ({
      ...{
        ownershipId: `of ${propertyId}`,
        propertyId,
        ownerId,
        millionths: 1_000_000,
        from: null,
        to: null,
      },
    })),
  ]);
  await replaceDistributionRules(
    money.database,
    books.job.connectionId,
    [{ ...EVERYBODY, kind: 'netting', millionths: null, reserveTargetCents: null }],
    new Date().toISOString(),
  );
  const before = await calculated(books.month);
  await moveCash('checks', 'Repairs & Maintenance', before.cedarCents + SHORT_CENTS, books.period.to);
  await moveCash('deposits', 'Owner Contribution', 100, books.period.to);
  await moveCash('checks', 'Repairs & Maintenance', 100, books.period.to);
});

describe('what netting takes into a property below zero', () => {
  const contribution = () => ({ kind: 'OwnerContribution', propertyId: property.Cedar, ownerId });

  test('is promised with the draws: it is covered once, before and after it is paid in', async () => {
    const first = await approved();
    expect(first.check?.lines).toContainEqual(
      expect.objectContaining({ type: 'OwnerContribution', amountCents: -SHORT_CENTS }),
    );
    expect(await shownDraw()).toEqual({
      ...{ ...contribution(), approvedCents: SHORT_CENTS, paidCents: 0 },
      ...{ withdrawnCents: 0, openCents: SHORT_CENTS },
    });
    // What was in the books before the approval pays none of it.
    const again = await calculated(books.month);
    expect(again.check?.lines).toEqual([]);
    expect([again.check?.uncoveredCents, again.cedarCents]).toEqual([0, 0]);
    const next = await calculated(books.thisMonth());
    expect(next.expectedCents).toBe(SHORT_CENTS);
    await moveCash('deposits', 'Owner Contribution', SHORT_CENTS, todayIn(books.job));
    await moveCash('deposits', 'Rent Income', 20_000, books.period.to, property.Maple);
    const late = await calculated(books.month);
    // The late rent is its owner's to draw: nothing of it covers anything again.
    expect(late.check?.lines).toEqual([
      { propertyId: property.Maple, type: 'OwnerDraw', amountCents: 20_000 },
    ]);
    expect(late.check).toMatchObject({ checkCents: 20_000, uncoveredCents: 0 });
    expect(await shownDraw()).toMatchObject({ paidCents: SHORT_CENTS, openCents: 0 });
    const { expectedCents, cedarCents } = await calculated(books.thisMonth());
    expect([expectedCents, cedarCents]).toEqual([0, next.cedarCents]);

    async function shownDraw() {
      const { draws } = await money.ask('listApprovedDraws', { params: first.params });
      return draws.find(({ kind }) => kind === 'OwnerContribution');
    }
  });

  test('is withdrawn like a draw: the property is as short of it as before', async () => {
    const { params } = await approved();
    const body = { propertyId: property.Cedar, ownerId, reason: 'The owner pays it in themselves' };
    const { draws } = await money.ask('withdrawDraw', { params, body });
    expect(draws.find(({ kind }) => kind === 'OwnerContribution')).toMatchObject({
      withdrawnCents: SHORT_CENTS,
      openCents: 0,
    });
    const { entries } = await money.ask('listAudit', { query: { action: 'drawWithdrawn', limit: '1' } });
    expect(entries[0]?.why).toMatch(/^\$500\.00 of the contribution of owner \d+ to property \d+ for /);
    const again = await calculated(books.month);
    expect(again.cedarCents).toBe(-SHORT_CENTS);
    expect(again.check).toMatchObject({ checkCents: 0, uncoveredCents: SHORT_CENTS });
  });
});

async function approved() {
  const first = await calculated(books.month);
  await money.ask('approveCalculation', { params: first.params, body: {} });
  return first;
}

async function calculated(month: string) {
  const { calculationId } = await money.calculate({ month, basis: 'cash' });
  const results: Results = await books.resultsOf(calculationId);
  const cedar = results.properties.find(({ propertyId }) => propertyId === property.Cedar);
  return {
    params: { calculationId },
    results,
    cedarCents: cedar?.draw?.safeCashCents ?? 0,
    expectedCents: cedar?.draw?.now.find(({ name }) => /^Approved contributions/.test(name))?.amountCents,
    check: results.owners.find((owner) => owner.ownerId === ownerId),
  };
}

/** Money in and out of a property's bank account. */
async function moveCash(
  what: 'checks' | 'deposits',
  account: string,
  cents: number,
  day: string,
  propertyId = property.Cedar,
): Promise<void> {
  const { bankAccounts, glAccounts, vendors } = money.network.buildium.world.records;
  const found = [...glAccounts.values()].find(({ saved }) => saved.Name === account);
  const payee = { Payee: { Id: [...vendors.keys()][0], Type: 'Vendor' } };
  await money.post(`/v1/bankaccounts/${[...bankAccounts.keys()][0]}/${what}`, {
    ...(what === 'checks' ? payee : {}),
    EntryDate: day,
    Lines: [
      {
        GLAccountId: found?.id,
        AccountingEntity: { Id: propertyId, AccountingEntityType: 'Rental' },
        Amount: cents / 100,
      },
    ],
  });
}
