import { expect, test } from '@jest/globals';
import { startServerOf } from '../../server/sandbox/devNetwork.ts';
import { HOUR_MS, MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

/** 23:59 in New York on the last day of November. */
const MONTH_END_MS = Date.parse('2026-12-01T04:59:00Z');

test(
  'At the month’s end two servers calculate it once, the figures stand in Airtable with each owner’s statement, and a late rent is found after the close',
  walk(async ({ options, clock, grid, ask, later, inAirtable, inBuildium, quiet }) => {
    const other = await startServerOf(options);
    try {
      const owners = grid.rows('Owners').filter(({ cells }) => {
        const properties = (cells['Properties'] ?? []) as string[];
        return properties.includes('Harbor View Apartments');
      });
      const [property] = grid
        .rows('Properties')
        .filter(({ cells }) => cells['Name'] === 'Harbor View Apartments');
      // Somebody looked at a month before, so that the tables to enter shares in are there.
      const first = await ask('calculateNoi', {}, { month: '2026-10', basis: 'cash' });
      const done = await eventually(async () => finished(await ask('readCalculation', first)));
      expect(done.totals).toMatchObject({ heldProperties: 1 });
      await eventually(() => expectRows(grid.rows('Ownership').length === 0));
      const shares = owners.map(({ id }, index) => ({
        fields: { Name: `Part ${index}`, Property: [property?.id], Owner: [id], Percent: 0.5 },
      }));
      await inAirtable('createRecords', { table: 'Ownership', records: shares });

      await later(MONTH_END_MS - clock.nowMs() - MINUTE_MS);
      expect(await ofSchedule(ask)).toEqual([]);
      await later(2 * MINUTE_MS);
      const [monthEnd] = await eventually(async () => atLeastOne(await ofSchedule(ask)));
      expect(monthEnd).toMatchObject({
        kind: 'monthEnd',
        period: { from: '2026-11-01', to: '2026-11-30' },
        requestedBy: 'schedule',
        tieOut: { isTied: true },
        totals: { heldProperties: 0, properties: 3 },
      });
      await quiet();
      expect(await ofSchedule(ask)).toHaveLength(1);

      const november = await eventually(() => {
        const rows = grid.rows('NOI').filter(({ cells }) => String(cells['Month']).startsWith('2026-11'));
        expect(rows).toHaveLength(3);
        return rows;
      });
      const inAirtableCents = november.reduce(
        (sum, { cells }) => sum + Math.round(Number(cells['NOI']) * 100),
        0,
      );
      expect(inAirtableCents).toBe(monthEnd?.totals?.noiCents);
      await eventually(() => {
        const statements = grid
          .rows('Owner Statements')
          .filter(({ cells }) => String(cells['Month']).startsWith('2026-11'));
        expect(statements.length).toBeGreaterThan(2);
        for (const { cells } of statements) expect(cells['Statement']).toHaveLength(1);
      });

      const lease = grid.rows('Leases').find(({ cells }) => cells['Name'] === '1A from 2026-03-01');
      const leaseId = Number(lease?.cells['Buildium ID']);
      await inBuildium('postCharge', { leaseId, amount: 40, date: '2026-11-30' });
      await inBuildium('recordRentPayment', { leaseId, amount: 40, date: '2026-11-30' });
      await later(10 * 24 * HOUR_MS);
      const afterClose = await eventually(async () => {
        const found = (await ofSchedule(ask)).find(({ kind }) => kind === 'afterClose');
        if (!found) throw new Error('Nothing was calculated after the close yet');
        return found;
      });
      expect(afterClose).toMatchObject({ state: 'finished', run: { version: 2 } });
    } finally {
      await other.stop();
    }
  }),
);

type Ask = Parameters<Parameters<typeof walk>[0]>[0]['ask'];

async function ofSchedule(ask: Ask) {
  const { calculations } = await ask('listCalculations');
  return calculations.filter(({ requestedBy, state }) => requestedBy === 'schedule' && state === 'finished');
}

function finished<C extends { state: string; problem: string | null }>(calculation: C): C {
  if (calculation.state === 'finished') return calculation;
  throw new Error(`The calculation is ${calculation.state}: ${calculation.problem ?? ''}`);
}

function atLeastOne<T>(found: T[]): T[] {
  if (found.length === 0) throw new Error('Nothing was calculated yet');
  return found;
}

function expectRows(isSo: boolean): void {
  if (!isSo) throw new Error('Not yet');
}
