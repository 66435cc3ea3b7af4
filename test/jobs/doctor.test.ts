import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionById } from '../../server/db/connections.ts';
import { listWebhooks } from '../../server/db/airtableWebhooks.ts';
import { closeNotices, openNotices } from '../../server/db/notices.ts';
import { renewAirtableWebhooks } from '../../server/jobs/connect/airtableWebhooks.ts';
import { examineConnection } from '../../server/jobs/watch/doctor.ts';
import { diskFindings } from '../../server/jobs/watch/doctorServer.ts';
import { buildiumWebhook } from '../../server/sandbox/devNetwork.ts';
import { event, signed } from '../http/testApp.ts';
import { doctorSays } from '../support/doctor.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { eventually } from '../support/journeyEventually.ts';
import { journeyClock, type JourneyClock } from '../support/journeyClock.ts';

/** What `npm run cli -- doctor` says of troubles that only it, or a person, would notice. */
const HOUR_MS = 3_600_000;

let engine: Engine;
let clock: JourneyClock;
beforeAll(async () => {
  clock = journeyClock(Date.parse('2026-11-16T14:00:00Z'));
  engine = await startEngine({ clock });
});
afterAll(() => engine.close());

const ofWebhook = async (side: 'Airtable' | 'Buildium'): Promise<string[]> =>
  (await doctorSays(engine)).filter((line) => line.startsWith(`${side} webhook:`));

async function webhookId(): Promise<string> {
  const [row] = await listWebhooks(engine.database, engine.network.connectionId);
  if (!row) throw new Error('There is no webhook');
  return row.webhookId;
}

test('an Airtable webhook that no longer pings, ends soon, or is gone, each with what helps', async () => {
  expect(await ofWebhook('Airtable')).toEqual([]);

  await engine.job.airtable.webhooks.enableNotifications(await webhookId(), false);
  expect(await ofWebhook('Airtable')).toEqual([
    expect.stringMatching(/has given up pinging this server.*Check that PUBLIC_URL is reached from outside/),
  ]);
  await engine.job.airtable.webhooks.enableNotifications(await webhookId(), true);

  clock.advanceMs(150 * HOUR_MS);
  expect(await ofWebhook('Airtable')).toEqual([
    expect.stringMatching(/It ends at 2026-11-23T14:.* and was not renewed\. Let a worker run/),
  ]);
  await renewAirtableWebhooks(engine.job);
  expect(await ofWebhook('Airtable')).toEqual([]);

  await engine.job.airtable.webhooks.remove(await webhookId());
  expect(await ofWebhook('Airtable')).toEqual([
    expect.stringMatching(
      /Airtable no longer knows ach\w+: edits are not heard until .* `npm run cli -- repair`/,
    ),
  ]);
});

test('events with a wrong signature need a person, until a right one has come', async () => {
  const { network, database } = engine;
  const connection = await connectionById(database, network.connectionId);
  if (!connection) throw new Error('The connection is gone');
  const { url, secret } = buildiumWebhook(network.server, connection);
  const { accountId } = network.buildium;
  const send = async (id: number, key: string): Promise<number> => {
    clock.advanceMs(1_000);
    const body = event('Lease.Updated', { LeaseId: id }, { AccountId: accountId });
    return (await fetch(url, signed(body, { secret: key, sentAtMs: clock.nowMs() }))).status;
  };
  const worst = async (): Promise<string | null> => {
    const findings = await examineConnection(await network.job(), connection);
    return findings.find(({ message }) => /signature/.test(message))?.level ?? null;
  };

  expect(await send(1, 'the secret of before')).toBe(401);
  await eventually(async () => expect(await worst()).toBe('problem'));
  expect((await doctorSays(engine)).find((line) => /signature/.test(line))).toContain('npm run cli -- setup');
  // Pushes that ask are told by themselves, and hide nothing else, however many they are.
  const { job } = engine;
  const asks = Array.from({ length: 12 }, (_, n) => ({
    ...{ noticeId: job.newId(), at: new Date(clock.nowMs() + n).toISOString(), kind: 'pushAsks' },
    ...{ resource: 'plannedTransactions', entityId: String(n), message: 'It asks.' },
  }));
  await openNotices(database, job.connectionId, asks);
  expect(await worst()).toBe('problem');
  await closeNotices(
    database,
    job.connectionId,
    { kind: 'pushAsks', resource: null, entityId: null },
    new Date(clock.nowMs()).toISOString(),
  );
  expect(await send(2, secret)).toBe(200);
  await eventually(async () => expect(await worst()).not.toBe('problem'));
});

test('a spool that is nearly full says that webhooks will be refused, and what helps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-spool-'));
  try {
    await writeFile(join(folder, 'waiting.spool'), Buffer.alloc(50_000));
    const spool = async (mostBytes: number) =>
      (await diskFindings(folder, mostBytes)).find(({ about }) => about === 'Spool');
    expect(await spool(100_000)).toMatchObject({ level: 'note' });
    expect(await spool(52_000)).toMatchObject({
      level: 'problem',
      message: expect.stringMatching(/49 KiB .* nearly all that may wait there \(51 KiB\).* answered 503/),
      whatToDo: expect.stringMatching(/Bring the database back\..*raise SPOOL_MAX_BYTES/),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
