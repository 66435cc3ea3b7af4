import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lastDayOfMonth } from '../../shared/dates.ts';
import { replaceOwnership } from '../../server/db/ownership.ts';
import { dueChores } from '../../server/jobs/chores.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import type { Job } from '../../server/jobs/job.ts';
import { dueCalculations, scheduleCalculations } from '../../server/jobs/money/monthEnd.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { sharesOf, startMoney, type Money } from '../support/money.ts';

const clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
let money: Money;
let job: Job;

beforeAll(async () => {
  money = await startMoney({ clock });
  job = await money.job();
  await replaceOwnership(money.database, job.connectionId, sharesOf(money, 'Harbor View'));
});
afterAll(() => money.close());

/** The job of a connection that was made long ago, in another zone and at another moment. */
async function at(timeZone: string, moment: string): Promise<Job> {
  await money.database.execute(`update connections set created_at = '2020-01-01T00:00:00Z'`);
  return { ...job, timeZone, clock: { ...job.clock, nowMs: () => Date.parse(moment) } };
}

const dueAt = async (timeZone: string, moment: string): Promise<string[]> =>
  (await dueCalculations(await at(timeZone, moment))).map(({ scheduleKey }) => scheduleKey);

describe('the month’s end is 23:59 on its last day where the books are kept', () => {
  test.each([
    [
      'America/New_York',
      '2028-03-01T04:58:59Z',
      '2028-03-01T04:59:00Z',
      '2028-02-01',
      'a leap year’s February',
    ],
    ['America/New_York', '2027-03-01T04:58:59Z', '2027-03-01T04:59:00Z', '2027-02-01', 'any other February'],
    [
      'America/New_York',
      '2026-11-01T03:58:59Z',
      '2026-11-01T03:59:00Z',
      '2026-10-01',
      'the night the clocks go back',
    ],
    [
      'Europe/Berlin',
      '2024-03-31T21:58:59Z',
      '2024-03-31T21:59:00Z',
      '2024-03-01',
      'the day the clocks go forward',
    ],
    [
      'Pacific/Kiritimati',
      '2026-10-31T09:58:59Z',
      '2026-10-31T09:59:00Z',
      '2026-10-01',
      'fourteen hours ahead',
    ],
    [
      'Pacific/Honolulu',
      '2027-01-01T09:58:59Z',
      '2027-01-01T09:59:00Z',
      '2026-12-01',
      'ten behind, over the year’s end',
    ],
    ['Asia/Kolkata', '2026-10-31T18:28:59Z', '2026-10-31T18:29:00Z', '2026-10-01', 'half an hour off'],
  ])('in %s it is not due at %s and is at %s', async (zone, before, then, month, _why) => {
    expect(await dueAt(zone, before)).not.toContain(`monthEnd ${month}`);
    expect(await dueAt(zone, then)).toContain(`monthEnd ${month}`);
  });

  test('and the close is at the nightly hour, though the clock skips it that night', async () => {
    // 2:30 on 10 March 2024 is not on any clock in New York: the next moment there is 3:30.
    expect(await dueAt('America/New_York', '2024-03-10T07:29:59Z')).not.toContain('afterClose 2024-02-01');
    expect(await dueAt('America/New_York', '2024-03-10T07:30:00Z')).toContain('afterClose 2024-02-01');
  });

  test('and nothing is due of months that ended before the connection was made', async () => {
    const asked = await at('America/New_York', '2026-12-01T12:00:00Z');
    await money.database.execute(`update connections set created_at = '2026-11-16T14:00:00Z'`);
    const keys = (await dueCalculations(asked)).map(({ scheduleKey }) => scheduleKey);
    expect(keys).toEqual(['monthEnd 2026-11-01']);
  });

  test('and nothing at all where the connection has switched it off', async () => {
    const asked = await at('America/New_York', '2026-12-01T12:00:00Z');
    const off = { ...asked, settings: { ...asked.settings, monthEndRuns: false } };
    expect(await dueCalculations(off)).toEqual([]);
  });
});

describe('a server that was away', () => {
  test('makes up for every month once, oldest first, though two processes look at the clock at once', async () => {
    await money.database.execute(`update connections set created_at = '2026-08-20T00:00:00Z'`);
    const now: Job = { ...job, clock: { ...job.clock, nowMs: () => Date.parse('2026-11-16T14:00:00Z') } };
    const other: Job = { ...now, owner: 'another process' };
    expect(await dueCalculations(now)).toHaveLength(6);
    await Promise.all([scheduleCalculations(now), scheduleCalculations(other), scheduleCalculations(now)]);
    expect(await dueCalculations(now)).toEqual([]);
    expect(await dueChores(now)).toContain('calculations');
    await Promise.all([advanceCalculations(now), advanceCalculations(other)]);
    const { calculations } = await money.ask('listCalculations');
    const said = calculations.map(({ kind, period, state }) => `${kind} ${period.from} ${state}`).sort();
    expect(said).toEqual([
      'afterClose 2026-08-01 notNeeded',
      'afterClose 2026-09-01 notNeeded',
      'afterClose 2026-10-01 notNeeded',
      'monthEnd 2026-08-01 finished',
      'monthEnd 2026-09-01 finished',
      'monthEnd 2026-10-01 finished',
    ]);
    const [row] = await money.database.query<{ runs: number }>(
      'select count(*)::int as runs from calculation_runs',
    );
    expect(row?.runs).toBe(3);
  });
});

test('after the close a month is calculated again when something was posted late, and only then', async () => {
  await money.database.execute(`update connections set created_at = '2026-11-16T14:00:00Z'`);
  const month = '2026-11-01';
  clock.setMs(Date.parse('2026-12-01T04:59:30Z'));
  await scheduleCalculations(job);
  await advanceCalculations(job);
  const first = await newest('monthEnd');
  expect(first).toMatchObject({ state: 'finished', period: { from: month, to: lastDayOfMonth(month) } });
  await depositIncome(250, '2026-11-30');
  clock.setMs(Date.parse('2026-12-10T07:30:00Z'));
  await scheduleCalculations(job);
  await advanceCalculations(job);
  const closed = await newest('afterClose');
  expect(closed).toMatchObject({ state: 'finished', requestedBy: 'schedule', run: { version: 2 } });
  expect(closed?.totals?.noiCents).toBe((first?.totals?.noiCents ?? 0) + 25_000);
});

describe('shares that are corrected after the month’s end', () => {
  const shares = (firstMillionths: number) => {
    const [first, second] = sharesOf(money, 'Harbor View');
    if (!first || !second) throw new Error('The story has no property with two owners');
    return [
      { ...first, millionths: firstMillionths },
      { ...second, millionths: 1_000_000 - firstMillionths },
    ];
  };
  const enter = (firstMillionths: number) =>
    replaceOwnership(money.database, job.connectionId, shares(firstMillionths));
  const monthEnds = async (closedBefore: string) => {
    await depositIncome(1_000, closedBefore.slice(0, 10));
    await money.database.execute(`update connections set created_at = $1`, [closedBefore]);
    await enter(500_000);
    clock.setMs(Date.parse(closedBefore) + 24 * 3_600_000);
    await scheduleCalculations(job);
    await advanceCalculations(job);
    const first = await newest('monthEnd');
    expect(first).toMatchObject({ state: 'finished', totals: { heldProperties: 0 } });
    return first!;
  };
  const closes = async (at: string) => {
    clock.setMs(Date.parse(at));
    await scheduleCalculations(job);
    await advanceCalculations(job);
    return (await newest('afterClose'))!;
  };

  test('are in the run after the close while nobody has approved the month', async () => {
    const first = await monthEnds('2026-12-31T18:00:00Z');
    await enter(900_000);
    const closed = await closes('2027-01-12T07:30:00Z');
    expect(closed).toMatchObject({ state: 'finished', run: { version: (first.run?.version ?? 0) + 1 } });
    const noiOf = async (calculationId: string) =>
      (await money.ask('readCalculationResults', { params: { calculationId } })).properties.flatMap(
        ({ owners }) => (owners && owners.length > 1 ? [owners.map(({ amountCents }) => amountCents)] : []),
      );
    const [[was = 0, rest = 0] = []] = await noiOf(first.calculationId);
    const [[is] = []] = await noiOf(closed.calculationId);
    expect(was + rest).not.toBe(0);
    expect(is).toBe(Math.round((was + rest) * 0.9));
  });

  test('are named beside an approved month, which stays as it is', async () => {
    const first = await monthEnds('2027-01-31T18:00:00Z');
    await money.ask('approveCalculation', { params: { calculationId: first.calculationId }, body: {} });
    await enter(900_000);
    const closed = await closes('2027-02-12T07:30:00Z');
    expect(closed).toMatchObject({ state: 'notNeeded', run: null });
    const params = { calculationId: first.calculationId };
    const { restatement } = await money.ask('readCalculation', { params });
    expect(restatement).toMatchObject({
      differenceCents: 0,
      changes: [{ kind: 'shares', transactionId: null, noiCents: 0 }],
    });
    expect(restatement?.changes[0]?.sentence).toMatch(/^January: the shares of Harbor View.* have changed$/);
    const carried = await money.refused('carryForward', {
      params,
      body: { reason: 'The shares were wrong' },
    });
    expect(carried).toMatchObject({ status: 422, code: 'invalid' });
    expect(carried.message).toContain('Calculate the month again');
  });
});

test('after the close a property that somebody overrode a check for is not held again, and others are', async () => {
  const harbor = sharesOf(money, 'Harbor View', 499_000);
  const maple = harbor[0] && [
    { ...harbor[0], ownershipId: 'rec', propertyId: idOf('Maple'), millionths: 800_000 },
  ];
  await replaceOwnership(money.database, job.connectionId, harbor);
  clock.setMs(Date.parse('2027-04-01T05:00:00Z'));
  await scheduleCalculations(job);
  await advanceCalculations(job);
  const stopped = await newest('monthEnd');
  expect(stopped).toMatchObject({ period: { from: '2027-03-01' }, totals: { heldProperties: 1 } });
  const params = { calculationId: stopped?.calculationId ?? '' };
  const reason = 'The new partner signs next week';
  await money.ask('overrideChecks', { params, body: { checks: ['shares'], reason } });
  await advanceCalculations(job);
  const overridden = await newest('override');
  expect(overridden?.totals?.heldProperties).toBe(0);
  await depositIncome(10, '2027-03-31');
  await replaceOwnership(money.database, job.connectionId, [...harbor, ...(maple ?? [])]);
  clock.setMs(Date.parse('2027-04-10T07:30:00Z'));
  await scheduleCalculations(job);
  await advanceCalculations(job);
  const closed = await newest('afterClose');
  expect(closed).toMatchObject({ state: 'finished', period: { from: '2027-03-01' } });
  const shares = closed?.findings.filter(({ check }) => check === 'shares');
  expect(shares?.map(({ propertyId, severity }) => [propertyId, severity]).sort()).toEqual(
    [
      [idOf('Maple'), 'block'],
      [harbor[0]?.propertyId, 'overridden'],
    ].sort(),
  );
  const again = await money.ask('restateCalculation', {
    params: { calculationId: overridden?.calculationId ?? '' },
    body: { reason: 'Income came late' },
  });
  await advanceCalculations(job);
  const { findings } = await money.ask('readCalculation', { params: again });
  expect(findings.filter(({ check }) => check === 'shares')).toEqual(shares);
});

function idOf(name: string): number {
  const all = [...money.network.buildium.world.records.properties.values()];
  return all.find(({ saved }) => saved.Name.startsWith(name))?.id ?? 0;
}

async function newest(kind: string) {
  const { calculations } = await money.ask('listCalculations');
  return calculations.find((calculation) => calculation.kind === kind);
}

/** Income that reached the bank on a day and was entered later. */
async function depositIncome(amount: number, date: string): Promise<void> {
  const { properties, bankAccounts, glAccounts } = money.network.buildium.world.records;
  const [bank] = bankAccounts.values();
  const rent = [...glAccounts.values()].find(
    ({ defaultAccountName }) => defaultAccountName === 'Rent Income',
  );
  await money.post('/v1/generalledger/journalentries', {
    AccountingEntity: { Id: [...properties.keys()][0], AccountingEntityType: 'Rental' },
    Date: date,
    Memo: 'Laundry',
    Lines: [
      { GLAccountId: bank?.glAccountId, PostingType: 'Debit', Amount: amount },
      { GLAccountId: rent?.id, PostingType: 'Credit', Amount: amount },
    ],
  });
}
