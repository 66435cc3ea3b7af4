import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { API_PREFIX } from '../../shared/api.ts';
import { startServerOf } from '../../server/sandbox/devNetwork.ts';
import { addToken } from '../http/testApp.ts';
import { HOUR_MS, MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

test(
  'What webhooks lost is found by a comparison of both sides, mended by a click, and certified; the same certificate is the same bytes',
  walk(async ({ ask, control, inBuildium, grid, network, database }) => {
    const unitId = Number(grid.rows('Units')[0]?.cells['Buildium ID']);
    await control('buildium', 'faults', { webhooks: { drop: 100 } });
    await inBuildium('changeMarketRent', { unitId, marketRent: 1717 });
    await control('buildium', 'faults', { webhooks: { drop: 0 } });

    const { reconciliationId, isNew } = await ask('startReconciliation');
    expect(isNew).toBe(true);
    const finished = await eventually(async () => {
      const found = await ask('readReconciliation', { reconciliationId });
      expect(found.state).toBe('finished');
      return found;
    });
    expect(finished).toMatchObject({ discrepancies: 1, causes: { lostEvent: 1 } });
    expect(finished.threeLegs?.differenceCents).toBe(0);
    expect(finished.threeLegs?.bankAccounts.map(({ differenceCents }) => differenceCents)).toEqual([0, 0]);
    const { discrepancies } = await ask('listDiscrepancies', { reconciliationId, cause: 'lostEvent' });
    expect(discrepancies).toMatchObject([
      {
        ...{ resource: 'units', entityId: String(unitId), cause: 'lostEvent', repair: 'look' },
        fields: [{ column: 'Market Rent', buildium: 171_700 }],
      },
    ]);

    expect(await ask('repairReconciliation', { reconciliationId }, {})).toEqual({ marked: 1, needPerson: 0 });
    await eventually(async () => {
      const repaired = await ask('readReconciliation', { reconciliationId });
      expect(repaired).toMatchObject({ repair: 'done', repaired: 1, accuracyAfterRepair: 1 });
    });
    expect(grid.row('Units', unitId).cells['Market Rent']).toBe(1717);

    const { headers } = await addToken(database, network.connectionId, 'viewer');
    const download = async (kind: 'json' | 'pdf'): Promise<Buffer> => {
      const path = `${API_PREFIX}/reconciliations/${reconciliationId}/certificate.${kind}`;
      const answer = await fetch(`${network.server.url}${path}`, { headers });
      expect(answer.headers.get('content-disposition')).toContain(`certificate-${reconciliationId}.${kind}`);
      return Buffer.from(await answer.arrayBuffer());
    };
    const json = await download('json');
    expect(createHash('sha256').update(json).digest('hex')).toBe(finished.certificateHash);
    expect((await download('pdf')).equals(await download('pdf'))).toBe(true);
  }),
);

test(
  'The comparison of the day runs once at its time where the books are kept, however many servers there are, and is told in the figures',
  walk(async ({ ask, clock, options, later, network, grid, inBuildium }) => {
    const other = await startServerOf(options);
    try {
      const unitId = Number(grid.rows('Units')[0]?.cells['Buildium ID']);
      await inBuildium('changeMarketRent', { unitId, marketRent: 1818 });
      await eventually(() => expect(grid.row('Units', unitId).cells['Market Rent']).toBe(1818));
      expect((await ask('listReconciliations')).reconciliations).toEqual([]);

      // From nine in the morning in Boston to five minutes past five.
      await later(20 * HOUR_MS + 5 * MINUTE_MS);
      const daily = await eventually(async () => {
        const { reconciliations } = await ask('listReconciliations');
        expect(reconciliations).toMatchObject([{ kind: 'daily', state: 'finished', day: '2026-11-17' }]);
        return reconciliations[0];
      });
      expect(daily).toMatchObject({ accuracy: 1, requestedBy: 'schedule' });

      await later(2 * MINUTE_MS);
      await other.context.outbound.flushCallCounts(other.context.database);
      const kpis = await eventually(async () => {
        const figures = await ask('readKpis', { days: '2' });
        expect(figures.accuracy.history).toHaveLength(1);
        expect(figures.delays.stages.find(({ stage }) => stage === 'whole')?.count).toBeGreaterThan(0);
        return figures;
      });
      expect(kpis.accuracy).toMatchObject({ latest: 1, history: [{ matching: daily?.matching }] });
      expect(kpis.jobs.map(({ job, count }) => [job, count])).toContainEqual(['reconciliation', 1]);
      expect(kpis.uptime.share).not.toBeNull();
      const metrics = await (await fetch(`${network.server.url}/metrics`)).text();
      expect(metrics).toContain('reconciliation_accuracy 1');
      expect(clock.nowMs()).toBeGreaterThan(Date.parse('2026-11-17T10:00:00Z'));
    } finally {
      await other.stop();
    }
  }),
);
