import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openAlerts } from '../../server/db/alerts.ts';
import { appendAudit } from '../../server/db/audit.ts';
import { markDirty } from '../../server/db/marks.ts';
import { openNotices } from '../../server/db/notices.ts';
import { saveReceipts } from '../support/receipts.ts';
import { bucketOf, countTimings } from '../../server/db/timings.ts';
import { createMetrics } from '../../server/http/metrics.ts';
import { watchFigures as watchFiguresOfAll } from '../../server/jobs/watch/watchedFigures.ts';
import { beat } from '../../server/db/heartbeats.ts';
import { backlogVerdict, inPercent, watchFigures } from '../../server/jobs/watch/alerts.ts';
import { todayIn } from '../../server/jobs/calendar.ts';
import type { Job } from '../../server/jobs/job.ts';
import { readKpis, uptimeOf } from '../../server/jobs/watch/kpis.ts';
import { dueSummaries, tellSummaries } from '../../server/jobs/watch/summaries.ts';
import { addConnection, keyring, newId } from '../http/testApp.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { silentLogger } from '../../server/log.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A Thursday, nine in the morning in Boston. */
const START = Date.parse('2026-11-19T14:00:00Z');

type Watched = { job: Job; advance(ms: number): void };

/** What figures need of a job: a connection, a clock and the database; neither side is asked for any. */
async function watched(): Promise<Watched> {
  const { connectionId } = await addConnection(fresh.database, { airtableBaseId: `app${newId()}` });
  let nowMs = START;
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const parts = {
    connectionId,
    timeZone: 'America/New_York',
    database: fresh.database,
    clock,
    newId,
    keyring,
  };
  const settings = { summaryAt: '07:00' } as Job['settings'];
  const job = { ...parts, settings, log: silentLogger(), owner: newId() } as unknown as Job;
  return { job, advance: (ms) => (nowMs += ms) };
}

async function took(
  job: Job,
  kind: 'stage' | 'api',
  name: string,
  times: number,
  tookMs: number,
): Promise<void> {
  const timings = Array.from({ length: times }, () => ({ kind, name, tookMs }));
  await countTimings(fresh.database, job.connectionId, todayIn(job), timings);
}

async function conflictOpened({ connectionId }: Job, openedAt: string): Promise<void> {
  await fresh.database.execute(
    `insert into conflicts (connection_id, conflict_id, resource, entity_id, field_key, state, opened_at, why, shown,
       buildium_digest, airtable_digest, kind)
     values ($1, $2, 'units', '7', 'name', 'open', $3, 'test', '{}', 'a', 'b', 'bothMoved')`,
    [connectionId, newId(), openedAt],
  );
}

/** A calculation that ended at the clock's moment. */
async function calculated({ connectionId, clock }: Job, tookMs: number): Promise<void> {
  const finishedAt = new Date(clock.nowMs()).toISOString();
  const startedAt = new Date(clock.nowMs() - tookMs).toISOString();
  await fresh.database.execute(
    `insert into calculations (connection_id, calculation_id, kind, state, period_from, period_to, request, requested_by,
       requested_at, started_at, finished_at)
     values ($1, $2, 'asked', 'finished', '2026-10-01', '2026-10-31', '{}', 'test', $3, $3, $4)`,
    [connectionId, newId(), startedAt, finishedAt],
  );
}

const alertsOf = async ({ connectionId }: Job): Promise<string[]> =>
  (await openAlerts(fresh.database, connectionId)).map(({ kind }) => kind);

async function told({ connectionId }: Job, kind: string): Promise<{ subject: string; text: string }[]> {
  return fresh.database.query(
    `select subject, text from notifications where connection_id = $1 and kind = $2 order by queued_at`,
    [connectionId, kind],
  );
}

describe('an alert', () => {
  test.each([
    ['alertDelay', 'stage', 'whole', 6 * MINUTE, 5 * MINUTE],
    ['alertApi', 'api', 'readStatus', 3_200, 3_000],
  ] as const)(
    '%s opens when one in twenty takes too long, is told once, and closes by itself',
    async (kind, of, name, slow, fine) => {
      const { job, advance } = await watched();
      await took(job, of, name, 20, fine);
      await watchFigures(job);
      expect(await alertsOf(job)).toEqual([]);
      for (let round = 0; round < 3; round += 1) {
        await took(job, of, name, 10, slow);
        advance(5 * MINUTE);
        await watchFigures(job);
        expect(await alertsOf(job)).toEqual([kind]);
      }
      expect(await told(job, 'alert')).toHaveLength(1);
      await took(job, of, name, 2_000, 100);
      advance(5 * MINUTE);
      await watchFigures(job);
      expect(await alertsOf(job)).toEqual([]);
    },
  );

  test('needs enough to judge by: a few slow changes are no trend', async () => {
    const { job } = await watched();
    await took(job, 'stage', 'whole', 19, 60 * MINUTE);
    await watchFigures(job);
    expect(await alertsOf(job)).toEqual([]);
  });

  test('tells that webhooks have fallen silent when sweeps find what no event announced, until the next event', async () => {
    const { job, advance } = await watched();
    const now = new Date(START).toISOString();
    const rows = Array.from({ length: 5 }, (_, index) => ({
      ...{ auditId: newId(), actor: 'sweep', action: 'rowUpdated' as const, resource: 'units', why: 'sweep' },
      ...{ entityId: String(index), airtableRecordId: null, changes: {}, changesSealed: null, runId: null },
    }));
    await appendAudit(fresh.database, job.connectionId, rows, now);
    await watchFigures(job);
    expect(await alertsOf(job)).toEqual(['alertWebhooks']);
    advance(5 * MINUTE);
    const at = new Date(START + MINUTE).toISOString();
    const event = { eventName: 'Rental.Updated', eventAt: at, receivedAt: at, resource: null, ids: [] };
    await saveReceipts(fresh.database, [{ ...event, connectionId: job.connectionId, receiptId: newId() }]);
    await watchFigures(job);
    expect(await alertsOf(job)).toEqual([]);
  });

  test('is judged once for a moment, however many processes look', async () => {
    const { job } = await watched();
    await took(job, 'stage', 'whole', 30, 10 * MINUTE);
    await Promise.all([watchFigures(job), watchFigures({ ...job, owner: 'other' }), watchFigures(job)]);
    expect(await told(job, 'alert')).toHaveLength(1);
  });
});

describe('a backlog', () => {
  const samples = (...dirty: number[]) =>
    dirty.map((count, index) => ({ at: new Date(START + index * 5 * MINUTE).toISOString(), dirty: count }));
  test.each<[string, number[], boolean | null]>([
    ['grows at every look for half an hour', [10, 20, 40, 80, 90, 100, 200], true],
    ['grows and is a trifle', [1, 2, 3, 4, 5, 6, 7], false],
    ['is large and shrinks', [900, 800, 700, 600, 500, 400, 300], false],
    ['has grown for ten minutes only', [100, 200, 300], null],
    ['wavers', [100, 200, 150, 300, 250, 400, 500], null],
    ['was worked off', [100, 200, 300, 400, 500, 600, 0], false],
  ])('that %s', (_, dirty, expected) => {
    expect(backlogVerdict(samples(...dirty)).isBroken).toBe(expected);
  });
});

describe('summaries', () => {
  test('go out once a day, name the errors, and are not told for the time before the first sync', async () => {
    const { job, advance } = await watched();
    const firstSync = new Date(START).toISOString();
    expect(await dueSummaries(job, firstSync)).toEqual([]);
    const now = new Date(START).toISOString();
    const notice = { noticeId: newId(), at: now, resource: null, entityId: null, kind: 'breaker' };
    await openNotices(fresh.database, job.connectionId, [{ ...notice, message: 'Stopped and asks.' }]);
    const mark = { resource: 'units', entityId: '7', reason: 'test', onBehalfOf: 'test', happenedAt: now };
    await markDirty(fresh.database, job.connectionId, [{ ...mark, priority: 'normal' }], now);
    await fresh.database.execute(
      `update marks set problem = 'Refused: too long.', parked_at = $2 where connection_id = $1`,
      [job.connectionId, now],
    );
    advance(DAY);
    await took(job, 'stage', 'waited', 90, 1_000);
    await took(job, 'stage', 'waited', 10, 9_000);
    await took(job, 'api', 'readStatus', 4, 20);
    await conflictOpened(job, now);
    await calculated(job, 1_500);
    const due = await dueSummaries(job, firstSync);
    expect(due).toEqual([{ kind: 'daily', day: '2026-11-20' }]);
    await Promise.all([tellSummaries(job, due), tellSummaries({ ...job, owner: 'other' }, due)]);
    expect(await dueSummaries(job, firstSync)).toEqual([]);
    const [summary, ...more] = await told(job, 'dailySummary');
    expect(more).toEqual([]);
    expect(summary?.text).toContain('units 7: Refused: too long.');
    expect(summary?.text).toContain('Stopped and asks.');
    const figures = [
      '- Until it was looked at: 50 of 100 within 1.0 s, 95 within 9.0 s, 99 within 9.0 s',
      'Open conflicts: 1, the oldest 24.0 h old',
      'API: 4 answers, 0 failed: 50 of 100 within 20 ms, 95 within 20 ms, 99 within 20 ms',
      '- readStatus: 4, 95 of 100 within 20 ms',
      'Calculations: 1, 0 failed: 50 of 100 within 1.5 s, 95 within 1.5 s, 99 within 1.5 s',
    ];
    expect(summary?.text.split('\n')).toEqual(expect.arrayContaining(figures));
  });

  test('have the trend of the weeks with them after Monday morning, later too if the server was away', async () => {
    const { job, advance } = await watched();
    const firstSync = new Date(START).toISOString();
    // Tuesday.
    advance(5 * DAY);
    const due = await dueSummaries(job, firstSync);
    expect(due.map(({ kind, day }) => `${kind} ${day}`)).toEqual(['daily 2026-11-24', 'weekly 2026-11-23']);
    await tellSummaries(job, due);
    const [trend] = await told(job, 'weeklyTrend');
    expect(trend?.text).toContain('Conflicts and their resolutions');
    advance(DAY);
    expect((await dueSummaries(job, firstSync)).map(({ kind }) => kind)).toEqual(['daily']);
  });
});

describe('figures', () => {
  test.each([
    [0, 1],
    [7.2, 8],
    [99, 99],
    [101, 110],
    [3_000, 3_000],
    [3_001, 3_100],
    [300_000, 300_000],
  ])('%s ms count up to %s ms', (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  test('an accuracy is never rounded up to what it is not', () => {
    expect([0.99999, 0.995, 1].map(inPercent)).toEqual(['99.99%', '99.50%', '100.00%']);
  });

  test('show delays by stage, answers of the API and the time alive', async () => {
    const { job } = await watched();
    await took(job, 'stage', 'waited', 90, 1_000);
    await took(job, 'stage', 'waited', 10, 9_000);
    await took(job, 'api', 'readStatus', 4, 20);
    const at = new Date(START - 1_500).toISOString();
    const event = {
      eventName: 'Rental.Updated',
      receivedAt: new Date(START).toISOString(),
      resource: null,
      ids: [],
    };
    await saveReceipts(fresh.database, [
      { ...event, eventAt: at, connectionId: job.connectionId, receiptId: newId() },
    ]);
    for (let minute = 0; minute < 10; minute += 1)
      await beat(fresh.database, job.connectionId, new Date(START - minute * MINUTE).toISOString());
    const kpis = await readKpis(job, 7);
    const stage = (name: string) => kpis.delays.stages.find((one) => one.stage === name);
    expect(stage('waited')).toMatchObject({ count: 100, p50Ms: 1_000, p95Ms: 9_000, p99Ms: 9_000 });
    expect(stage('heard')).toMatchObject({ count: 1, p95Ms: 1_500 });
    expect(kpis.api).toMatchObject({ count: 4, endpoints: [{ name: 'readStatus', p95Ms: 20 }] });
    expect(kpis.uptime.share).toBe(1);
  });

  test('of all connections stand in the metrics, by stage and percentile, without a name', async () => {
    const { job, advance } = await watched();
    // Days later than every other test's.
    advance(40 * DAY);
    await took(job, 'stage', 'written', 98, 1_000);
    await took(job, 'stage', 'written', 2, 9_000);
    await calculated(job, 2_500);
    const nowMs = job.clock.nowMs();
    const event = { eventName: 'Rental.Updated', resource: null, ids: [], connectionId: job.connectionId };
    const receivedAt = new Date(nowMs - MINUTE).toISOString();
    const eventAt = new Date(nowMs - MINUTE - 1_500).toISOString();
    await saveReceipts(fresh.database, [{ ...event, receivedAt, eventAt, receiptId: newId() }]);
    // Seen yesterday, and then for the last six hours only.
    for (const minutesAgo of [30 * 60, ...Array.from({ length: 360 }, (_, minute) => minute)])
      await beat(fresh.database, job.connectionId, new Date(nowMs - minutesAgo * MINUTE).toISOString());
    const metrics = createMetrics();
    watchFiguresOfAll(metrics, job);
    const { body } = await metrics.text();
    const lines = body.split('\n');
    for (const [quantile, seconds] of Object.entries({ '0.5': 1, '0.95': 1, '0.99': 9 }))
      expect(lines).toContain(`sync_stage_delay_seconds{stage="written",quantile="${quantile}"} ${seconds}`);
    expect(lines).toContain('sync_stage_delay_seconds{stage="heard",quantile="0.95"} 1.5');
    expect(lines).toContain('calculation_run_seconds{quantile="0.99"} 2.5');
    const [uptime] = lines.filter((line) => line.startsWith('sync_uptime '));
    expect(Number(uptime?.split(' ')[1])).toBeCloseTo(0.25, 2);
    expect(body).not.toContain(job.connectionId);
  });

  test('count the hours without a sign of life as down', () => {
    const hour = (number: number, minutes: number) => ({
      hour: new Date(START + number * 60 * MINUTE).toISOString(),
      minutes,
    });
    const { share } = uptimeOf(
      { isOlder: false, beats: [hour(0, 60), hour(3, 60)] },
      new Date(START).toISOString(),
      START + 240 * MINUTE,
    );
    expect(share).toBeCloseTo(0.5, 2);
    const dead = uptimeOf({ isOlder: true, beats: [] }, new Date(START).toISOString(), START + DAY);
    expect(dead.share).toBe(0);
  });
});
