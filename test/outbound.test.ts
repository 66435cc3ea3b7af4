import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import { readApiCalls } from '../server/db/apiCalls.ts';
import {
  createOutbound,
  type CallFailure,
  type CallRecord,
  type OutboundRequest,
} from '../server/outbound.ts';
import { budgetUse, createRateBudget, type RateBudget } from '../server/rateBudget.ts';
import { freshDatabase, type FreshDatabase } from './support/database.ts';
import { manualClock, type ManualClock } from './support/manualClock.ts';
import { scriptedServer, type Reply, type ScriptedServer } from './support/scriptedServer.ts';

const SECRET = 'pat-very-secret-token';

let fresh: FreshDatabase;
const opened: { close(): unknown }[] = [];
beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => fresh.drop());

let keys = 0;

type World = {
  server: ScriptedServer;
  clock: ManualClock;
  rateBudget: RateBudget;
  calls: CallRecord[];
  logged: string[];
  outbound: ReturnType<typeof createOutbound>;
  request(change?: Partial<OutboundRequest>): OutboundRequest;
};

/** A caller and the server that it calls. Pauses of up to 20 seconds pass by themselves; longer ones, and deadlines, do not. */
async function world(script: (index: number) => Reply, runAtMostMs = 20_000): Promise<World> {
  const server = await scriptedServer((_, index) => script(index));
  const clock = manualClock();
  const logged: string[] = [];
  const log = {
    warn: (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    info: () => undefined,
  };
  const rateBudget = createRateBudget({ database: fresh.database, clock, log });
  const calls: CallRecord[] = [];
  const outbound = createOutbound({
    rateBudget,
    clock,
    log,
    onCall: (call) => calls.push(call),
    random: () => 0,
  });
  const running = clock.run({ atMostMs: runAtMostMs });
  opened.push(server, { close: () => rateBudget.close() }, outbound, { close: () => running.stop() });
  const key = `test:${(keys += 1)}`;
  const request = (change: Partial<OutboundRequest> = {}): OutboundRequest => ({
    side: 'airtable',
    connectionId: 'c1',
    budgets: [budgetUse(key, 5)],
    method: 'GET',
    url: `${server.url}/v0/app1/tbl1?filter=jane@example.org`,
    headers: { authorization: `Bearer ${SECRET}` },
    secrets: [SECRET],
    priority: 'normal',
    kind: 'records.list',
    ...change,
  });
  return { server, clock, rateBudget, calls, logged, outbound, request };
}

async function failureOf(world: World, change?: Partial<OutboundRequest>): Promise<CallFailure> {
  const answer = await world.outbound.send(world.request(change));
  if (answer.ok) throw new Error('The call was expected to fail.');
  return answer.error;
}

const airtable = (type: string, message = '') => ({ error: { type, message } });
const buildium = (message: string, errors: object[] = []) => ({
  UserMessage: message,
  ErrorCode: null,
  Errors: errors,
});
const write = { method: 'PATCH', body: { records: [] }, kind: 'records.update' } as const;

describe('an answer', () => {
  test('is parsed; header names are in lower case', async () => {
    const { outbound, request } = await world(() => ({
      status: 200,
      body: { a: 'é"' },
      headers: { 'X-Total-Count': '3' },
    }));
    const answer = await outbound.send(request());
    expect(answer).toMatchObject({
      ok: true,
      value: { status: 200, body: { a: 'é"' } },
    });
    expect(answer.ok && answer.value.headers['x-total-count']).toBe('3');
  });

  test('with half an emoji, which a limit has cut through, or a zero is text that can be kept', async () => {
    const body = { memo: `Roof ${'\ud83c'}`, lines: ['a\u0000b', '\ud83c\udfe0', 'C:\\u0000'], id: 7 };
    const { outbound, request } = await world(() => ({ status: 200, body }));
    expect(await outbound.send(request())).toMatchObject({
      value: { body: { memo: 'Roof \ufffd', lines: ['ab', '\ud83c\udfe0', 'C:\\u0000'], id: 7 } },
    });
  });

  test('without a body is null', async () => {
    const { outbound, request } = await world(() => ({ status: 204 }));
    expect(await outbound.send(request())).toMatchObject({ ok: true, value: { status: 204, body: null } });
  });

  test('to JSON and to a form: the body goes out as said', async () => {
    const { outbound, request, server } = await world(() => ({ status: 200, body: {} }));
    await outbound.send(request({ method: 'POST', body: { memo: '“é”\n' } }));
    await outbound.send(request({ method: 'POST', body: new URLSearchParams({ a: 'b c' }) }));
    expect(server.received.map((received) => received.json ?? received.text)).toEqual([
      { memo: '“é”\n' },
      'a=b+c',
    ]);
    expect(server.received[1]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });
});

describe('a refusal is told by kind', () => {
  test.each<[number, unknown, CallFailure['kind'], string | null]>([
    [
      401,
      airtable('AUTHENTICATION_REQUIRED', 'Authentication required'),
      'unauthorized',
      'AUTHENTICATION_REQUIRED',
    ],
    [
      403,
      airtable('INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions'),
      'forbidden',
      'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
    ],
    [403, airtable('INVALID_PERMISSIONS'), 'forbidden', 'INVALID_PERMISSIONS'],
    [404, { error: 'NOT_FOUND' }, 'notFound', 'NOT_FOUND'],
    [404, airtable('MODEL_ID_NOT_FOUND', 'Record not found'), 'notFound', 'MODEL_ID_NOT_FOUND'],
    [422, airtable('UNKNOWN_FIELD_NAME', 'Unknown field name: "X"'), 'invalid', 'UNKNOWN_FIELD_NAME'],
    [
      422,
      airtable('INVALID_RECORDS', 'You must provide an array of up to 10 record objects'),
      'invalid',
      'INVALID_RECORDS',
    ],
    [413, airtable('REQUEST_TOO_LARGE'), 'invalid', 'REQUEST_TOO_LARGE'],
    [409, airtable('CONFLICT'), 'conflict', 'CONFLICT'],
    [429, airtable('RATE_LIMIT_REACHED', 'Rate limit exceeded.'), 'rateLimited', 'RATE_LIMIT_REACHED'],
    [
      429,
      { errors: [{ error: 'RATE_LIMIT_REACHED', message: 'Rate limit exceeded.' }] },
      'rateLimited',
      'RATE_LIMIT_REACHED',
    ],
    [
      429,
      airtable('PUBLIC_API_BILLING_LIMIT_EXCEEDED', 'API billing plan limit exceeded.'),
      'quotaExhausted',
      'PUBLIC_API_BILLING_LIMIT_EXCEEDED',
    ],
    [
      422,
      airtable('RECORD_LIMIT_EXCEEDED', 'This base has reached its record limit.'),
      'baseFull',
      'RECORD_LIMIT_EXCEEDED',
    ],
    [
      422,
      airtable('TABLE_FULL', 'The maximum number of records in this base was reached'),
      'baseFull',
      'TABLE_FULL',
    ],
    [500, airtable('SERVER_ERROR'), 'unavailable', 'SERVER_ERROR'],
    [503, airtable('RETRIABLE_ERROR'), 'unavailable', 'RETRIABLE_ERROR'],
    [502, '<html>', 'unavailable', null],
    [418, { odd: true }, 'breaksContract', null],
    [302, '', 'breaksContract', null],
  ])('Airtable %i %j', async (status, body, kind, type) => {
    const tried = await world(() => (typeof body === 'string' ? { status, text: body } : { status, body }));
    const failure = await failureOf(tried, write);
    expect(failure).toMatchObject({ kind, type, status, call: 'PATCH /v0/app1/tbl1' });
    expect(failure.outcome).toBe(status >= 500 ? 'unknown' : 'refused');
  });

  test.each<[number, unknown, CallFailure['kind'], string]>([
    [
      400,
      buildium('The request is malformed'),
      'invalid',
      '400 on PUT /v1/leases/12: The request is malformed. Correct',
    ],
    [
      422,
      buildium('', [{ Key: 'Address.PostalCode', Value: 'is required' }]),
      'invalid',
      '422 on PUT /v1/leases/12: Address.PostalCode: is required. Correct',
    ],
    [
      422,
      buildium('The data is invalid.', [{ Message: 'Rent is wrong' }, { Key: 'Date', Value: null }]),
      'invalid',
      'The data is invalid. Rent is wrong; Date.',
    ],
    [401, buildium('Not authenticated'), 'unauthorized', 'npm run cli -- setup'],
    [403, buildium('No access'), 'forbidden', 'Settings > Developer Tools'],
    [404, buildium('Not found'), 'notFound', 'It was deleted'],
    [409, buildium('The bill was paid'), 'conflict', 'in Buildium'],
    [410, buildium('Gone'), 'breaksContract', '410'],
    [500, '', 'unavailable', 'may have taken effect'],
  ])('Buildium %i %j', async (status, body, kind, words) => {
    const tried = await world(() => (typeof body === 'string' ? { status, text: body } : { status, body }));
    const url = `${tried.server.url}/v1/leases/12`;
    const failure = await failureOf(tried, {
      side: 'buildium',
      method: 'PUT',
      url,
      body: {},
      kind: 'leases.put',
    });
    expect(failure).toMatchObject({ kind, status, call: 'PUT /v1/leases/12' });
    expect(failure.message).toContain(words);
  });

  test('a read that mentions a limit is not a full base', async () => {
    const tried = await world(() => ({
      status: 422,
      body: airtable('X', 'The maximum number of records in this base'),
    }));
    expect((await failureOf(tried)).kind).toBe('invalid');
  });

  test('a 2xx that is not JSON breaks the contract, and a write behind it may have taken effect', async () => {
    const tried = await world(() => ({ status: 200, text: '<html>login</html>' }));
    expect(await failureOf(tried)).toMatchObject({ kind: 'breaksContract', outcome: 'refused', status: 200 });
    expect(await failureOf(tried, write)).toMatchObject({ kind: 'breaksContract', outcome: 'unknown' });
  });

  test('a long answer is cut, and line ends do not break the log', async () => {
    const tried = await world(() => ({ status: 422, body: airtable('X', 'a\nb '.repeat(5_000)) }));
    const { message } = await failureOf(tried);
    expect(message.length).toBeLessThan(700);
    expect(message).not.toContain('\n');
  });
});

describe('what a message may say', () => {
  test('no secret, even where the other side repeats it; no query', async () => {
    const tried = await world(() => ({
      status: 401,
      body: airtable(`T_${SECRET}`, `Token ${SECRET} is unknown`),
    }));
    const failure = await failureOf(tried);
    expect(failure.message).toContain('[secret]');
    expect(tried.logged).toHaveLength(1);
    for (const text of [failure.message, failure.call, ...tried.logged]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('jane@example.org');
    }
  });
});

describe('a broken connection', () => {
  test('that never came about: a write surely had no effect', async () => {
    const tried = await world(() => 'hang');
    const url = `http://127.0.0.1:${await unusedPort()}/v0/app1/tbl1`;
    const failure = await failureOf(tried, { ...write, url });
    expect(failure).toMatchObject({ kind: 'unavailable', status: null, outcome: 'refused' });
    expect(failure.message).toContain('could not be reached (ECONNREFUSED)');
  });

  test.each(['tear', 'tearMidway'] as const)(
    '%s: a write may have taken effect, and is sent once only',
    async (reply) => {
      const tried = await world(() => reply);
      const failure = await failureOf(tried, write);
      expect(failure).toMatchObject({ kind: 'unavailable', status: null, outcome: 'unknown' });
      expect(failure.message).toContain('may have taken effect');
      expect(tried.server.received).toHaveLength(1);
    },
  );

  test.each(['tear', 'tearMidway', { status: 503 }] as const)(
    '%j: a read is tried three times in all',
    async (reply) => {
      const tried = await world(() => reply);
      expect(await failureOf(tried)).toMatchObject({ kind: 'unavailable', outcome: 'refused' });
      expect(tried.server.received).toHaveLength(3);
    },
  );

  test('a read that succeeds the second time is a success', async () => {
    const tried = await world((index) => (index === 0 ? 'tear' : { status: 200, body: { records: [] } }));
    expect(await tried.outbound.send(tried.request())).toMatchObject({ ok: true });
    expect(tried.calls.map((call) => call.status)).toEqual([null, 200]);
  });

  test('a POST that only reads is repeated like a read', async () => {
    const tried = await world((index) => (index === 0 ? 'tear' : { status: 200, body: {} }));
    expect((await tried.outbound.send(tried.request({ method: 'POST', body: {}, retry: 'read' }))).ok).toBe(
      true,
    );
  });

  test('a key that cannot stand in a header is refused as a wrong key', async () => {
    const tried = await world(() => ({ status: 200, body: {} }));
    const failure = await failureOf(tried, { ...write, headers: { authorization: `Bearer ${SECRET}\n` } });
    expect(failure).toMatchObject({ kind: 'unauthorized', outcome: 'refused' });
    expect(failure.message).not.toContain(SECRET);
    expect(tried.server.received).toHaveLength(0);
  });
});

describe('the deadline', () => {
  test('ends a call that hangs; a write may have taken effect', async () => {
    const tried = await world(() => 'hang');
    const failing = failureOf(tried, { ...write, deadlineMs: 25_000 });
    await tried.server.arrived(1);
    tried.clock.advance(24_999);
    tried.clock.advance(1);
    const failure = await failing;
    expect(failure).toMatchObject({ kind: 'unavailable', status: null, outcome: 'unknown' });
    expect(failure.message).toContain('nothing came within 25 seconds');
  });

  test('holds for the repetitions together', async () => {
    const tried = await world(() => 'hang', 1_000);
    const failing = failureOf(tried, { deadlineMs: 40_000 });
    await tried.server.arrived(1);
    tried.clock.advance(40_000);
    await failing;
    expect(tried.server.received).toHaveLength(1);
  });

  test('asks once its turn has come whether it is still to leave, and gives its place back where it is not', async () => {
    const { server, outbound, request, rateBudget, clock } = await world(() => ({ status: 200, body: {} }));
    const key = `test:${(keys += 1)}`;
    const budgets = [budgetUse(key, 5)];
    await rateBudget.block(key, clock.nowMs() + 10_000, 'rateLimited');
    const askedAtMs: number[] = [];
    const startedMs = clock.nowMs();
    const mayLeave = async (): Promise<boolean> => {
      askedAtMs.push(clock.nowMs() - startedMs);
      return false;
    };
    const answer = await outbound.send(request({ ...write, budgets, mayLeave }));
    expect(answer).toMatchObject({ ok: false, error: { outcome: 'refused', kind: 'unavailable' } });
    expect(askedAtMs).toHaveLength(1);
    expect(askedAtMs[0]).toBeGreaterThanOrEqual(10_000);
    expect(server.received).toEqual([]);
    expect(await outbound.send(request({ budgets }))).toMatchObject({ ok: true });
  });

  test('does not count the wait for the rate budget, which is counted apart', async () => {
    const tried = await world(() => ({ status: 200, body: {} }), 60_000);
    const request = tried.request({ deadlineMs: 70_000 });
    await tried.rateBudget.block(request.budgets[0]?.key ?? '', tried.clock.nowMs() + 50_000, 'rateLimited');
    expect((await tried.outbound.send(request)).ok).toBe(true);
    expect(tried.calls).toMatchObject([{ waitMs: 50_000, callMs: 0, status: 200 }]);
  });
});

describe('a refusal for rate', () => {
  const ONE_AT_A_TIME = [budgetUse('buildium:month', 5, { maxInFlight: 1 })];
  const tooMany: Reply = { status: 429, body: airtable('RATE_LIMIT_REACHED') };

  test('by Airtable stops the base for 30 seconds for everybody, and is told at once to a caller without time', async () => {
    const tried = await world(() => tooMany);
    const key = tried.request().budgets[0]?.key ?? '';
    expect(await failureOf(tried, { ...write, deadlineMs: 30_000 })).toMatchObject({
      kind: 'rateLimited',
      outcome: 'refused',
    });
    expect(tried.server.received).toHaveLength(1);
    expect(await tried.rateBudget.blocked(key)).toEqual({
      untilMs: tried.clock.nowMs() + 30_000,
      reason: 'rateLimited',
    });
  });

  test('by Airtable is tried once more, writes too, where the deadline leaves time', async () => {
    const tried = await world((index) => (index === 0 ? tooMany : { status: 200, body: {} }), 31_000);
    const startMs = tried.clock.nowMs();
    expect((await tried.outbound.send(tried.request({ ...write, deadlineMs: 90_000 }))).ok).toBe(true);
    expect(tried.clock.nowMs() - startMs).toBe(30_000);
  });

  test('by Airtable twice is a failure', async () => {
    const tried = await world(() => tooMany, 31_000);
    expect(await failureOf(tried, { deadlineMs: 200_000 })).toMatchObject({ kind: 'rateLimited' });
    expect(tried.server.received).toHaveLength(2);
  });

  test('by Buildium is repeated after 250 ms, twice that, and so on, writes too', async () => {
    const tried = await world((index) => (index < 4 ? { status: 429 } : { status: 200, body: {} }));
    const startMs = tried.clock.nowMs();
    const url = `${tried.server.url}/v1/leases/1`;
    const call = tried.request({
      side: 'buildium',
      method: 'PUT',
      url,
      body: {},
      budgets: [budgetUse(`b:${(keys += 1)}`, 100)],
    });
    expect((await tried.outbound.send(call)).ok).toBe(true);
    expect(tried.clock.nowMs() - startMs).toBe(250 + 500 + 1_000 + 2_000);
  });

  test('by Buildium again and again is a failure after six attempts', async () => {
    const tried = await world(() => ({ status: 429 }));
    expect(await failureOf(tried, { side: 'buildium' })).toMatchObject({ kind: 'rateLimited' });
    expect(tried.server.received).toHaveLength(6);
  });

  test.each([
    ['seconds', () => '7'],
    ['a date', (nowMs: number) => new Date(nowMs + 7_000).toUTCString()],
  ])('Retry-After in %s is honoured', async (_, header) => {
    const clock = { nowMs: 0 };
    const tried = await world((index) =>
      index === 0
        ? { status: 429, headers: { 'retry-after': header(clock.nowMs) } }
        : { status: 200, body: {} },
    );
    clock.nowMs = tried.clock.nowMs();
    expect((await tried.outbound.send(tried.request({ side: 'buildium', budgets: [] }))).ok).toBe(true);
    expect(tried.clock.nowMs() - clock.nowMs).toBe(7_000);
  });

  test('that asks for a month is asked again after a minute, and nobody is kept waiting for so long', async () => {
    const month = { status: 429, headers: { 'retry-after': String(30 * 86_400) } };
    const tried = await world((index) => (index === 0 ? month : { status: 200, body: {} }));
    const startMs = tried.clock.nowMs();
    const first = tried.outbound.send(tried.request({ side: 'buildium', budgets: ONE_AT_A_TIME }));
    // It is in line already when the refusal comes.
    const inLine = failureOf(tried, { ...write, side: 'buildium', budgets: ONE_AT_A_TIME });
    expect(await first).toMatchObject({ ok: false, error: { kind: 'rateLimited', status: 429 } });
    const notSent = {
      ...{ kind: 'rateLimited', status: null, outcome: 'refused' },
      reason: expect.stringMatching(/not sent, because the other side takes no calls before 2026-/),
    };
    expect(await inLine).toMatchObject(notSent);
    expect(await failureOf(tried, { side: 'buildium', budgets: ONE_AT_A_TIME })).toMatchObject(notSent);
    expect([tried.server.received.length, tried.clock.nowMs()]).toEqual([1, startMs]);

    // Twenty seconds before the end it is worth waiting for.
    tried.clock.advance(40_000);
    const again = await tried.outbound.send(tried.request({ side: 'buildium', budgets: ONE_AT_A_TIME }));
    expect([again.ok, tried.clock.nowMs() - startMs]).toEqual([true, 60_000]);
  });

  test('a Retry-After beyond the deadline is not waited for', async () => {
    const tried = await world(() => ({ status: 503, headers: { 'retry-after': '3600' } }));
    expect(await failureOf(tried)).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(tried.server.received).toHaveLength(1);
  });
});

describe('a used-up monthly quota', () => {
  const exhausted: Reply = {
    status: 429,
    body: airtable('PUBLIC_API_BILLING_LIMIT_EXCEEDED', 'API billing plan limit exceeded.'),
  };

  test('is never repeated; data calls are then not sent for an hour, schema calls are', async () => {
    const tried = await world((index) => (index === 0 ? exhausted : { status: 200, body: {} }));
    const quotaKey = `quota:${(keys += 1)}`;
    expect(await failureOf(tried, { quotaKey, deadlineMs: 600_000 })).toMatchObject({
      kind: 'quotaExhausted',
      status: 429,
    });
    expect(await failureOf(tried, { quotaKey })).toMatchObject({
      kind: 'quotaExhausted',
      status: null,
      outcome: 'refused',
    });
    expect(tried.server.received).toHaveLength(1);
    expect((await tried.outbound.send(tried.request())).ok).toBe(true);
    tried.clock.advance(3_600_000);
    expect((await tried.outbound.send(tried.request({ quotaKey }))).ok).toBe(true);
  });

  test('is asked by one call when the hour is over, however many wait; one that is answered lets all go', async () => {
    const tried = await world((index) => (index < 2 ? exhausted : { status: 200, body: {} }));
    const quotaKey = `quota:${(keys += 1)}`;
    await failureOf(tried, { quotaKey });
    const anHourLater = async (): Promise<boolean[]> => {
      tried.clock.advance(3_600_001);
      // From here on each of them knows at once that the hour is over.
      expect(await tried.rateBudget.blocked(quotaKey)).toBeNull();
      const sent = await Promise.all([1, 2, 3].map(() => tried.outbound.send(tried.request({ quotaKey }))));
      return sent.map(({ ok }) => ok);
    };
    expect(await anHourLater()).toEqual([false, false, false]);
    expect(tried.server.received).toHaveLength(2);
    expect(await anHourLater()).toEqual([true, true, true]);
    expect(tried.server.received).toHaveLength(5);
  });
});

describe('counting', () => {
  test('every attempt, by connection, side, kind and class of status', async () => {
    const tried = await world((index) => (index === 0 ? { status: 503 } : { status: 200, body: {} }));
    await tried.outbound.send(tried.request());
    await tried.outbound.send(tried.request({ connectionId: 'c2' }));
    expect(tried.outbound.counters()).toMatchObject([
      { connectionId: 'c1', side: 'airtable', kind: 'records.list', statusClass: '5xx', calls: 1 },
      { connectionId: 'c1', side: 'airtable', kind: 'records.list', statusClass: '2xx', calls: 1 },
      { connectionId: 'c2', side: 'airtable', kind: 'records.list', statusClass: '2xx', calls: 1 },
    ]);
  });

  test('the table adds up what each flush brings; a flush that fails loses nothing', async () => {
    const tried = await world((index) =>
      index === 1 ? { status: 404, body: { error: 'NOT_FOUND' } } : { status: 200, body: {} },
    );
    const connectionId = 'counted';
    const day = new Date(tried.clock.nowMs()).toISOString().slice(0, 10);
    const read = () => readApiCalls(fresh.database, connectionId, { from: day, to: day });
    await tried.outbound.send(tried.request({ connectionId }));
    await tried.outbound.flushCallCounts(fresh.database);
    await tried.outbound.send(tried.request({ connectionId }));
    const gone = await freshDatabase();
    await gone.drop();
    await expect(tried.outbound.flushCallCounts(gone.database)).rejects.toThrow();
    await tried.outbound.send(tried.request({ connectionId }));
    await tried.outbound.flushCallCounts(fresh.database);
    await tried.outbound.flushCallCounts(fresh.database);
    expect(await read()).toEqual([{ side: 'airtable', kind: 'records.list', calls: 3, refused: 1 }]);
  });
});

describe('stopping', () => {
  test('refuses what waits and what comes, and lets what is under way finish', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const server = await scriptedServer(async () => {
      await answered;
      return { status: 200, body: {} };
    });
    opened.push(server);
    const tried = await world(() => 'hang');
    const budgets = [budgetUse(`stop:${(keys += 1)}`, 1_000, { maxInFlight: 1 })];
    const underWay = tried.outbound.send(tried.request({ url: server.url, budgets }));
    await server.arrived(1);
    const waiting = tried.outbound.send(tried.request({ url: server.url, budgets }));
    const closing = tried.outbound.close();
    expect(await waiting).toMatchObject({ ok: false, error: { kind: 'unavailable', outcome: 'refused' } });
    answer();
    expect(await underWay).toMatchObject({ ok: true });
    await closing;
    expect(await tried.outbound.send(tried.request())).toMatchObject({
      ok: false,
      error: { kind: 'unavailable' },
    });
  });
});

/** A port that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
