import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { sealMacSecret } from '../../server/connectionSecrets.ts';
import { listWebhooks, saveWebhook } from '../../server/db/airtableWebhooks.ts';
import { createHmac } from 'node:crypto';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { addConnection, event, keyring, signed, startTestApp, type TestApp } from './testApp.ts';

let fresh: FreshDatabase;
let app: TestApp;
let path: string;
let connectionId: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  const connection = await addConnection(fresh.database);
  connectionId = connection.connectionId;
  path = `/webhooks/buildium/${connection.webhookPath}`;
  app = await startTestApp(fresh);
});

afterAll(async () => {
  await app.close();
  await fresh.drop();
});

const marksOf = (resource: string, entityId: string) =>
  fresh.database.query<{ priority: number; reason: string; happenedAt: string }>(
    `select priority, reason, happened_at as "happenedAt" from marks where resource = $1 and entity_id = $2`,
    [resource, entityId],
  );
const receiptsOf = (eventName: string) =>
  fresh.database.query<{ resource: string | null; ids: string[] }>(
    'select resource, ids from receipts where event_name = $1',
    [eventName],
  );
const noticesOf = (kind: string) =>
  fresh.database.query<{ message: string; connection_id: string }>('select * from notices where kind = $1', [
    kind,
  ]);
const queuedFor = (resource: string, connection = connectionId) =>
  fresh.database.query(
    `select id from pgboss.job where name = 'wake' and state = 'created' and data->>'resource' = $1 and data->>'connectionId' = $2`,
    [resource, connection],
  );
/** Wake-ups go out beside the answer: looked for until one is there. */
async function woken(resource: string, connection = connectionId): Promise<object[]> {
  for (;;) {
    const queued = await queuedFor(resource, connection);
    if (queued.length > 0) return queued;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const counted = async (outcome: string): Promise<number> => {
  const line = new RegExp(`^webhooks_total\\{.*outcome="${outcome}".*\\} (\\d+)$`, 'm');
  return Number(line.exec(await (await app.fetch('/metrics')).text())?.[1] ?? 0);
};
async function error(response: Response): Promise<{ status: number; code: string; message: string }> {
  const body = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...body.error };
}

/** Notices are written beside the answer: looked for until they are there. */
async function noticed(kind: string): Promise<string> {
  for (;;) {
    const [notice] = await noticesOf(kind);
    if (notice) return notice.message;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('an authentic event of Buildium', () => {
  test('leaves a receipt, a mark and one wake-up, and is answered 2xx', async () => {
    const response = await app.fetch(path, signed(event('LeaseTransaction.Created', { TransactionId: 41 })));
    expect(response.status).toBe(200);
    expect(await receiptsOf('LeaseTransaction.Created')).toEqual([{ resource: 'transactions', ids: ['41'] }]);
    const [mark] = await marksOf('transactions', '41');
    expect(mark).toMatchObject({ priority: 1, reason: 'Buildium announced LeaseTransaction.Created' });
    expect(mark?.happenedAt).toMatch(/^2026-11-20T00:00:00/);
    expect(await woken('transactions')).toHaveLength(1);
  });

  test('marks every id when it names several', async () => {
    await app.fetch(path, signed(event('Bill.Payment.Created', { PaymentId: 9, BillIds: [71, 72] })));
    expect(await marksOf('bills', '71')).toHaveLength(1);
    expect(await marksOf('bills', '72')).toHaveLength(1);
    expect(await marksOf('bills', '9')).toHaveLength(0);
  });

  test('of another kind than money has the usual priority', async () => {
    await app.fetch(path, signed(event('LeaseTenant.Updated', { TenantId: 5 })));
    expect(await marksOf('tenants', '5')).toMatchObject([{ priority: 2 }]);
  });

  test('that comes twice marks nothing the second time', async () => {
    const twice = event('Lease.Updated', { LeaseId: 12 });
    await app.fetch(path, signed(twice));
    await fresh.database.execute('delete from marks where resource = $1', ['leases']);
    const again = await app.fetch(path, signed(twice));
    expect(again.status).toBe(200);
    expect(await marksOf('leases', '12')).toHaveLength(0);
    expect(await counted('duplicate')).toBe(1);
  });

  test('that nobody knows is kept as a receipt and answered 2xx', async () => {
    const response = await app.fetch(path, signed(event('Spaceship.Landed', { SpaceshipId: 3 })));
    expect(response.status).toBe(200);
    expect(await receiptsOf('Spaceship.Landed')).toEqual([{ resource: null, ids: ['3'] }]);
    expect(await counted('unknownEvent')).toBe(1);
  });

  test('without its id is answered 2xx, marks nothing and is told', async () => {
    const response = await app.fetch(path, signed(event('Vendor.Updated', {})));
    expect(response.status).toBe(200);
    expect(await receiptsOf('Vendor.Updated')).toEqual([{ resource: null, ids: [] }]);
    expect(await noticed('webhookWithoutId')).toContain('without VendorId');
  });

  test('of another Buildium account is answered 2xx, marks nothing and is told', async () => {
    const foreign = event('Rental.Updated', { PropertyId: 8 }, { AccountId: 999 });
    expect((await app.fetch(path, signed(foreign))).status).toBe(200);
    expect(await marksOf('properties', '8')).toHaveLength(0);
    expect(await noticed('webhookOfOtherAccount')).toContain('account 999');
  });

  test('is kept while the connection is paused', async () => {
    const paused = await addConnection(fresh.database, { state: 'paused' });
    const address = `/webhooks/buildium/${paused.webhookPath}`;
    const response = await app.fetch(address, signed(event('Rental.Updated', { PropertyId: 801 })));
    expect(response.status).toBe(200);
    expect(await marksOf('properties', '801')).toHaveLength(1);
  });
});

describe('events that arrive together', () => {
  test('are all marked, and leave one wake-up for each resource', async () => {
    const together = Array.from({ length: 60 }, (_, index) =>
      app.fetch(
        path,
        signed(
          event(index % 2 ? 'RentalUnit.Updated' : 'GLAccount.Updated', {
            UnitId: index,
            GLAccountId: index,
          }),
        ),
      ),
    );
    expect((await Promise.all(together)).map((response) => response.status)).toEqual(Array(60).fill(200));
    const marks = await fresh.database.query(`select 1 from marks where resource = 'units'`);
    expect(marks).toHaveLength(30);
    expect(await woken('units')).toHaveLength(1);
    expect(await woken('glAccounts')).toHaveLength(1);
  });

  test('of two connections stay apart', async () => {
    const other = await addConnection(fresh.database);
    await Promise.all([
      app.fetch(path, signed(event('Rental.Updated', { PropertyId: 5501 }))),
      app.fetch(
        `/webhooks/buildium/${other.webhookPath}`,
        signed(event('Rental.Updated', { PropertyId: 5502 })),
      ),
    ]);
    const rows = await fresh.database.query(
      `select connection_id as connection, entity_id as id from marks where entity_id in ('5501', '5502') order by 2`,
    );
    expect(rows).toEqual([
      { connection: connectionId, id: '5501' },
      { connection: other.connectionId, id: '5502' },
    ]);
    expect(await woken('properties', other.connectionId)).toHaveLength(1);
  });
});

describe('a webhook that is refused', () => {
  const nowMs = Date.now();
  const good = event('Lease.Updated', { LeaseId: 990 });
  const withHeaders = (headers: Record<string, string>) => ({ ...signed(good), headers });
  test.each([
    ['a wrong signature', signed(good, { secret: 'another' }), 401, 'wrongSignature'],
    ['no signature', withHeaders({ 'content-type': 'application/json' }), 401, 'wrongSignature'],
    ['a timestamp of ten minutes ago', signed(good, { sentAtMs: nowMs - 600_000 }), 401, 'wrongTime'],
    ['a timestamp of the future', signed(good, { sentAtMs: nowMs + 600_000 }), 401, 'wrongTime'],
    ['a body that is not JSON', signed('<event/>'), 400, 'notJson'],
    ['a body that is no event', signed({ hello: 'world' }), 400, 'notAnEvent'],
    ['a body of 65 KB', signed(event('Lease.Updated', { Padding: 'x'.repeat(66_000) })), 413, 'tooLarge'],
  ])('has %s', async (_, init, status, code) => {
    const refused = await error(await app.fetch(path, init));
    expect(refused).toMatchObject({ status, code });
    expect(refused.message.length).toBeGreaterThan(20);
    expect(await marksOf('leases', '990')).toHaveLength(0);
  });

  test('is counted, and told to the people of the connection', async () => {
    expect(await counted('wrongSignature')).toBe(2);
    expect(await counted('wrongTime')).toBe(2);
    expect(await counted('tooLarge')).toBe(1);
    expect(await noticed('wrongSignature')).toContain('npm run cli -- setup');
    expect(await noticed('wrongTime')).toContain('clock');
    expect(await noticed('webhookMalformed')).toContain('Check what sends it');
  });

  test('leaves one notice however often it comes', async () => {
    for (let times = 0; times < 5; times += 1) await app.fetch(path, signed(good, { secret: 'another' }));
    expect(await noticesOf('wrongSignature')).toHaveLength(1);
  });

  test('cannot be checked, since the stored secret does not open: it counts as no forgery, and comes again', async () => {
    const forged = await counted('wrongSignature');
    const locked = await addConnection(fresh.database, { sealedWebhookSecrets: 'v1.gone.AAAA.AAAA' });
    const response = await app.fetch(`/webhooks/buildium/${locked.webhookPath}`, signed(good));
    expect(response.headers.get('retry-after')).toBe('60');
    const refused = await error(response);
    expect(refused).toMatchObject({ status: 503, code: 'secretsDoNotOpen' });
    expect(refused.message).toContain('npm run cli -- doctor');
    expect([await counted('wrongSignature'), await counted('unavailable')]).toEqual([forged, 1]);
  });

  test('goes to an address that no connection has', async () => {
    const refused = await error(await app.fetch('/webhooks/buildium/guessed', signed(good)));
    expect(refused).toMatchObject({ status: 404, code: 'unknownConnection' });
  });

  test('comes without a length and never ends: it is cut at 64 KB', async () => {
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sending = request(`${app.url}${path}`, { method: 'POST' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        sending.destroy();
      });
      sending.on('error', reject);
      for (let times = 0; times < 10; times += 1) sending.write('x'.repeat(10_000));
    }).catch((reason: unknown) => ({ status: 0, text: String(reason) }));
    expect(answer.status).toBe(413);
  });

  test('comes by another method', async () => {
    const refused = await error(await app.fetch(path));
    expect(refused).toMatchObject({ status: 405, code: 'methodNotAllowed' });
  });
});

describe('a ping of Airtable', () => {
  const macSecret = Buffer.from('a secret of thirty-two bytes....').toString('base64');
  const ping = (webhookId: string, secret = macSecret) => {
    const body = JSON.stringify({
      base: { id: 'appTest0000000001' },
      webhook: { id: webhookId },
      timestamp: '2026-11-20T00:00:00.000Z',
    });
    const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(body).digest('hex');
    return { method: 'POST', body, headers: { 'X-Airtable-Content-MAC': `hmac-sha256=${mac}` } };
  };
  const address = () => path.replace('/buildium/', '/airtable/');

  const save = (webhookId: string, sealedMacSecret: string): Promise<void> =>
    saveWebhook(fresh.database, connectionId, {
      webhookId,
      sealedMacSecret,
      cursor: 7,
      expiresAt: '2026-12-01T00:00:00.000Z',
      lastPayloadAt: null,
      lastPingAt: null,
      problem: null,
      notificationUrl: null,
    });
  beforeAll(() => save('achOne', sealMacSecret(keyring, { connectionId, webhookId: 'achOne' }, macSecret)));

  test('queues the reading of the cursor once and is answered 204 with nothing', async () => {
    for (let times = 0; times < 3; times += 1) {
      const response = await app.fetch(address(), ping('achOne'));
      expect([response.status, await response.text()]).toEqual([204, '']);
    }
    const queued = await fresh.database.query(
      `select data from pgboss.job where name = 'chore' and data->>'chore' = 'hearAirtable'`,
    );
    expect(queued).toEqual([{ data: { connectionId, chore: 'hearAirtable' } }]);
    const [webhook] = await listWebhooks(fresh.database, connectionId);
    expect(webhook?.cursor).toBe(7);
    expect(webhook?.lastPingAt).not.toBeNull();
  });

  test.each([
    ['a wrong MAC', () => ping('achOne', 'b3RoZXI='), 401, 'wrongSignature'],
    ['a webhook that is not ours', () => ping('achOther'), 404, 'unknownWebhook'],
    ['a body that is not JSON', () => ({ method: 'POST', body: 'ping' }), 400, 'notJson'],
  ])('is refused with %s', async (_, init, status, code) => {
    expect(await error(await app.fetch(address(), init()))).toMatchObject({ status, code });
  });

  test('whose secret does not open is no forgery', async () => {
    const forged = await counted('wrongSignature');
    await save('achLocked', 'v1.gone.AAAA.AAAA');
    const refused = await error(await app.fetch(address(), ping('achLocked')));
    expect(refused).toMatchObject({ status: 503, code: 'secretsDoNotOpen' });
    expect(await counted('wrongSignature')).toBe(forged);
  });
});
