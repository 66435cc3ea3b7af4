import { openDatabase } from '../../server/db/database.ts';
import { linksByEntity } from '../../server/db/links.ts';
import { syncWhole } from './firstSync.ts';
import { percentileOf, rounded, type BenchOptions, type Measurement } from './measurement.ts';
import { coveredMs, waitingOrUnderWay } from './spans.ts';
import { onlyConnection, openSetting, type Setting } from './setting.ts';

const OWN_MS = 1_000;
const STATUS_P95_MS = 200;
const LINK_P99_MS = 5;

/**
 * A connection of a million links, put there by SQL and not by a sync, beside some thousand real ones.
 * A thousand transactions are changed, and looked at in one go.
 */
export async function manyLinks(bench: BenchOptions): Promise<Measurement[]> {
  const links = bench.quick ? 20_000 : 1_000_000;
  const dirty = bench.quick ? 100 : 1_000;
  const setting = await openSetting(bench, {
    seeds: [{ properties: 5, transactionsPerLease: 2 }],
    transactionsAMonth: dirty + 60,
    ...(bench.quick ? { speed: 4, airtableRequestsPerSecond: 4 } : {}),
  });
  try {
    await syncWhole(setting);
    bench.say(`inserting ${links.toLocaleString('en')} synthetic links`);
    const filledMs = await fill(setting, links);
    const look = await lookAtChanged(setting, dirty);
    const statusMs = await statusTimes(setting, bench.quick ? 60 : 200);
    const linkMs = await linkTimes(setting, links, bench.quick ? 500 : 2_000);
    const size = { links, how: 'insert … select from generate_series', filledMs };
    const at = links.toLocaleString('en');
    return [
      {
        name: `${look.changed} dirty ids among ${at} links: claim, look-up, remember`,
        wanted: `< ${OWN_MS / 1_000} s of our own time`,
        achieved: `${rounded(look.ownMs, 0)} ms (${rounded(look.totalMs, 0)} ms with the calls)`,
        isMet: look.ownMs < OWN_MS && look.changed === dirty && look.left === 0,
        details: { ...size, ...look, what: 'time in which no call to a service was waiting or under way' },
      },
      {
        name: `Status endpoint at ${at} links`,
        wanted: `p95 < ${STATUS_P95_MS} ms`,
        achieved: `p50 ${rounded(percentileOf(statusMs, 0.5))} ms, p95 ${rounded(percentileOf(statusMs, 0.95))} ms`,
        isMet: percentileOf(statusMs, 0.95) < STATUS_P95_MS,
        details: { requests: statusMs.length, mostMs: rounded(Math.max(...statusMs)) },
      },
      {
        name: `A link by its id at ${at} links`,
        wanted: `p99 < ${LINK_P99_MS} ms`,
        achieved: `p50 ${rounded(percentileOf(linkMs, 0.5), 2)} ms, p99 ${rounded(percentileOf(linkMs, 0.99), 2)} ms`,
        isMet: percentileOf(linkMs, 0.99) < LINK_P99_MS,
        details: { queries: linkMs.length, mostMs: rounded(Math.max(...linkMs)) },
      },
    ];
  } finally {
    await setting.close();
  }
}

/** Links of transactions that Buildium has never heard of, with a transaction's values in them. */
async function fill(setting: Setting, links: number): Promise<number> {
  const { connectionId } = onlyConnection(setting);
  const startedAtMs = performance.now();
  await setting.database.execute(
    `insert into links (connection_id, resource, entity_id, airtable_record_id, standing, synced_buildium, buildium_hash,
       status, entity_date, looked_generation, created_at, updated_at)
     select connection_id, resource, (900000000 + n)::text, 'recS' || lpad(n::text, 13, '0'), standing, synced_buildium,
       md5(n::text), status, entity_date, 0, created_at, updated_at
       from (select * from links where connection_id = $1 and resource = 'transactions' and standing = 'linked' limit 1) as one,
         generate_series(1, $2::int) as n`,
    [connectionId, links],
  );
  await setting.database.execute('vacuum analyze links');
  await setting.database.execute('checkpoint');
  return Math.round(performance.now() - startedAtMs);
}

type Look = {
  changed: number;
  left: number;
  totalMs: number;
  ownMs: number;
  processorMs: number;
  calls: number;
};

async function lookAtChanged(setting: Setting, dirty: number): Promise<Look> {
  const { server, buildium, database } = setting;
  const { connectionId, index } = onlyConnection(setting);
  const ids = (await buildium.call('transactions', { index, kind: 'Charge' })).slice(-dirty);
  await buildium.call('holdWebhooks', { index, hold: true });
  const actions = ids.map((transactionId, count) => {
    return { action: 'editTransaction', transactionId, memo: `Corrected ${count}` };
  });
  await buildium.call('act', { index, actions });
  // So that no other worker takes a part of them; what is called by hand looks all the same.
  await server.call('setState', { connectionId, state: 'paused' });
  await server.call('markDirty', { connectionId, resource: 'transactions', entityIds: ids.map(String) });
  await server.call('forgetCalls', null);
  const { startedAtMs, endedAtMs } = await server.call('drain', { connectionId, resource: 'transactions' });
  const calls = await server.call('timedCalls', null);
  const processorMs = await server.call('cpuMs', null);
  const [left] = await database.query<{ count: number }>(
    `select count(*) as count from marks where connection_id = $1 and resource = 'transactions'`,
    [connectionId],
  );
  const totalMs = endedAtMs - startedAtMs;
  const ownMs = totalMs - coveredMs(calls.map(waitingOrUnderWay), startedAtMs, endedAtMs);
  return { changed: ids.length, left: left?.count ?? -1, totalMs, ownMs, processorMs, calls: calls.length };
}

async function statusTimes(setting: Setting, requests: number): Promise<number[]> {
  const { connectionId } = onlyConnection(setting);
  const token = await setting.server.call('token', { connectionId });
  const times: number[] = [];
  for (let count = 0; count < requests; count += 1) {
    const startedAtMs = performance.now();
    const answer = await fetch(`${setting.serverUrl}/api/v1/sync/status`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`The status endpoint answered ${answer.status}`);
    times.push(performance.now() - startedAtMs);
  }
  return times;
}

async function linkTimes(setting: Setting, links: number, queries: number): Promise<number[]> {
  const { connectionId } = onlyConnection(setting);
  const database = openDatabase(setting.databaseUrl, { max: 1 });
  const times: number[] = [];
  try {
    for (let count = 0; count < queries; count += 1) {
      // A stride that shares no factor with the size visits the table far apart.
      const entityId = String(900_000_001 + ((count * 7_919_993) % links));
      const startedAtMs = performance.now();
      const found = await linksByEntity(database, connectionId, 'transactions', [entityId]);
      times.push(performance.now() - startedAtMs);
      if (found.size !== 1) throw new Error(`The link of transaction ${entityId} was not found`);
    }
  } finally {
    await database.close();
  }
  return times;
}
