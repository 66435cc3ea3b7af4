import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { createMetrics } from '../../server/http/metrics.ts';
import { openSpool } from '../../server/http/spool.ts';
import type { Arrival } from '../../server/http/storeArrivals.ts';
import { openIntake, type Intake } from '../../server/http/webhookIntake.ts';
import { openQueues, type Queues } from '../../server/jobs/queues.ts';
import { silentLogger } from '../../server/log.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, newId } from './testApp.ts';

let fresh: FreshDatabase;
let queues: Queues;
let folder: string;
let connectionId: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  queues = await openQueues({ url: fresh.url, log: silentLogger(), sendsOnly: true });
  folder = await mkdtemp(join(tmpdir(), 'spool-'));
  ({ connectionId } = await addConnection(fresh.database));
});

afterAll(async () => {
  await queues.stop(1_000);
  await fresh.drop();
  await rm(folder, { recursive: true, force: true });
});

async function openTestIntake(): Promise<Intake> {
  const log = silentLogger();
  const spool = await openSpool({ folder, maxBytes: 1_000_000, log, newId });
  return openIntake({
    database: fresh.database,
    queues,
    clock: systemClock,
    log,
    metrics: createMetrics(),
    spool,
    newId,
  });
}

const arrival = (receiptId: string, changes: Partial<Arrival> = {}): Arrival => ({
  ...{ connectionId, receiptId, eventName: 'Lease.Updated', resource: 'leases', ids: [receiptId] },
  ...{ eventAt: '2026-11-20T00:00:00.000Z', receivedAt: '2026-11-20T00:00:01.000Z' },
  ...changes,
});

describe('arrivals of one moment', () => {
  test('are one transaction, receipts and marks together', async () => {
    const intake = await openTestIntake();
    const kept = await Promise.all(
      Array.from({ length: 100 }, (_, index) => intake.keep(arrival(`one-${index}`))),
    );
    expect(kept).toEqual(Array(100).fill('accepted'));
    const [commits] = await fresh.database.query<{ count: number }>(
      `select count(distinct xmin::text) as count from (select xmin from receipts union all select xmin from marks) as rows`,
    );
    expect(commits?.count).toBe(1);
    await intake.close();
  });

  test('that are the same event count once, in one group or in two', async () => {
    const intake = await openTestIntake();
    const together = await Promise.all([intake.keep(arrival('same')), intake.keep(arrival('same'))]);
    expect(together.sort()).toEqual(['accepted', 'duplicate']);
    expect(await intake.keep(arrival('same'))).toBe('duplicate');
    await intake.close();
  });

  test('do not suffer from one that cannot be stored', async () => {
    const intake = await openTestIntake();
    const results = await Promise.allSettled([
      intake.keep(arrival('before')),
      intake.keep(arrival('orphan', { connectionId: 'cn_deleted' })),
      intake.keep(arrival('after')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await intake.close();
  });

  test('are finished before the intake closes', async () => {
    const intake = await openTestIntake();
    const keeping = intake.keep(arrival('last'));
    await intake.close();
    expect(await keeping).toBe('accepted');
  });
});

test('what an earlier process left in the spool is stored at the start, and what cannot be stored is left out', async () => {
  const log = silentLogger();
  const spool = await openSpool({ folder, maxBytes: 1_000_000, log, newId });
  const left = [
    arrival('left'),
    arrival('same'),
    arrival('orphan', { connectionId: 'cn_deleted' }),
    arrival('left too'),
  ];
  await spool.append(left.map((line) => JSON.stringify(line)));
  const intake = await openTestIntake();
  for (;;) {
    const found = await fresh.database.query(
      `select 1 from receipts where receipt_id in ('left', 'left too')`,
    );
    if (found.length === 2) break;
  }
  await intake.close();
  await spool.close();
});
