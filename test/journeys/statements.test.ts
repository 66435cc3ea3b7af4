import { expect, test } from '@jest/globals';
import { eventually } from '../support/journeyEventually.ts';
import { walk, type Journey } from '../support/journey.ts';

const MONTH = '2026-10';

/** Who asked waits for the figures, then for their rows in Airtable. */
async function calculate(journey: Journey): Promise<string> {
  const { calculationId } = await journey.ask('calculateNoi', {}, { month: MONTH, basis: 'cash' });
  return eventually(async () => {
    const { state, run, problem } = await journey.ask('readCalculation', { calculationId });
    if (state === 'queued' || state === 'running') throw new Error(`It is ${state}`);
    if (!run) throw new Error(problem ?? state);
    return run.runId;
  });
}

const statementsOf = (journey: Journey, runId: string) =>
  journey.grid.rows('Owner Statements').filter(({ cells }) => cells['Run'] === runId);

test(
  'an accountant enters shares in Airtable, asks for the month, and finds each owner’s statement there; a correction replaces it',
  walk(async (journey) => {
    const property = journey.grid
      .rows('Properties')
      .find(({ cells }) => cells['Name'] === 'Harbor View Apartments');
    const owners = journey.grid
      .rows('Owners')
      .filter(({ cells }) => (cells['Properties'] as string[]).includes('Harbor View Apartments'));
    const [first, second] = owners;
    const share = (owner: typeof first, Percent: number) => ({
      fields: { Property: [property?.id], Owner: [owner?.id], Percent },
    });
    await journey.inAirtable('createRecords', {
      table: 'Ownership',
      records: [share(first, 0.6), share(second, 0.399)],
    });

    // 99.9 percent: no figure for the property, and the rows say why.
    const wrong = await calculate(journey);
    await eventually(() => {
      const row = journey.grid
        .rows('NOI')
        .find(({ cells }) => cells['Run'] === wrong && cells['Outcome'] !== 'Calculated');
      expect(row?.cells['Checks']).toMatch(/hold 99\.9% together/);
      return Promise.resolve();
    });
    const said = journey.grid.rows('Ownership').map(({ cells }) => cells['What Is Wrong']);
    expect(said).toEqual([expect.stringMatching(/99\.9%/), expect.stringMatching(/99\.9%/)]);
    expect(statementsOf(journey, wrong).map(({ cells }) => cells['Owner'])).not.toContainEqual([
      first?.cells['Name'],
    ]);

    const row = journey.grid.rows('Ownership').find(({ cells }) => cells['Percent'] === 0.399);
    await journey.inAirtable('updateRecords', {
      table: 'Ownership',
      records: [{ id: row?.id, fields: { Percent: 0.4 } }],
    });
    const right = await calculate(journey);
    await eventually(() => {
      const files = statementsOf(journey, right).map(
        ({ cells }) => cells['Statement'] as { filename: string }[],
      );
      expect(files).toHaveLength(4);
      for (const [file, ...others] of files) {
        expect(file?.filename).toMatch(/^owner-\d+-statement-2026-10-cash-v\d\.pdf$/);
        expect(others).toEqual([]);
      }
      return Promise.resolve();
    });
    expect(journey.grid.rows('Ownership').map(({ cells }) => cells['State'])).toEqual(['In use', 'In use']);
    const results = await journey.ask('readCalculationResults', {
      calculationId: (await journey.ask('listCalculations')).calculations[0]?.calculationId ?? '',
    });
    const shown = new Map(
      journey.grid.rows('NOI').map(({ cells }) => [(cells['Property'] as string[])[0], cells['NOI']]),
    );
    for (const { name, statement } of results.properties)
      expect(shown.get(name)).toBe(statement.noiCents / 100);

    // A bill of the month is corrected: the month's next version is in the same rows, with another file.
    const before = journey.grid.rows('NOI').length;
    const lease = journey.grid.rows('Leases').find(({ cells }) => cells['Status'] === 'Active');
    await journey.inBuildium('recordRentPayment', {
      leaseId: Number(lease?.cells['Buildium ID']),
      amount: 100,
      date: '2026-10-30',
    });
    const corrected = await calculate(journey);
    await eventually(() => {
      expect(statementsOf(journey, corrected)).toHaveLength(4);
      return Promise.resolve();
    });
    expect(journey.grid.rows('NOI')).toHaveLength(before);
  }),
);
