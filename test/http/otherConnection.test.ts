import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { saveTable } from '../../server/db/airtableSchema.ts';
import { saveWebhook } from '../../server/db/airtableWebhooks.ts';
import { addApiCalls } from '../../server/db/apiCalls.ts';
import { appendAudit } from '../../server/db/audit.ts';
import { noteBaseRows } from '../../server/db/baseRows.ts';
import { openConflicts, recordSettled } from '../../server/db/conflictsFound.ts';
import { savePerson } from '../../server/db/signInSessions.ts';
import { countDelays } from '../../server/db/delays.ts';
import { saveLinks } from '../../server/db/links.ts';
import { claimMarks, postponeMarks } from '../../server/db/claims.ts';
import { markDirty } from '../../server/db/marks.ts';
import { openNotices } from '../../server/db/notices.ts';
import { replaceProposals } from '../../server/db/pairingMatches.ts';
import { saveReceipts } from '../support/receipts.ts';
import { insertRun } from '../../server/db/runs.ts';
import { reportSideDown } from '../../server/db/sideHealth.ts';
import { queueNotification } from '../../server/jobs/notify/notify.ts';
import type { EndpointName } from '../../shared/api.ts';
import type { Role } from '../../shared/endpoint.ts';
import { storePush } from '../push/storedPush.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { storeApproval } from '../support/storedApproval.ts';
import { storeReconciliation } from '../support/storedReconciliation.ts';
import { addCalculation } from './moneyRows.ts';
import { addConnection, addToken, newId, startTestApp, type TestApp } from './testApp.ts';
import { settledEnd, settledLink, UNDECIDED } from '../support/conflicts.ts';
import { ASK_THE_SIDES, walk } from './walk.ts';

/** Stands in every value of the first connection: found in an answer to the second, it has leaked. */
const MARKER = 'onlyOfTheFirst';

/** They answer ids of their own and amounts; an amount of the first would show as 777777. */
const MONEY_WITHOUT_VALUES = [
  'calculateNoi',
  'readDrawHistory',
  'allocateToOwner',
  'overrideChecks',
  'restateCalculation',
  ...['listApprovedDraws', 'withdrawDraw'],
];

let fresh: FreshDatabase;
let app: TestApp;
let firstToken: { tokenId: string; headers: Record<string, string> };
let secondId: string;
const [conflictId, settledId] = [newId(), newId()];
const reconciliationId = newId();
const approvalId = newId();
let calculationId: string;
let toApprove: { calculationId: string };
const [pushId, intentId] = [newId(), newId()];
const version = { buildium: `b${MARKER}`, airtable: `a${MARKER}` };
const now = new Date().toISOString();

beforeAll(async () => {
  fresh = await freshDatabase();
  const first = await addConnection(fresh.database, {
    connectionId: `cn_${MARKER}`,
    name: MARKER,
    airtableBaseId: `app${MARKER}`,
    airtableUrl: `https://${MARKER}.example.com`,
    buildiumUrl: `https://${MARKER}.example.com`,
    buildiumAccountId: 987654321,
  });
  secondId = (await addConnection(fresh.database)).connectionId;
  firstToken = await addToken(fresh.database, first.connectionId, 'admin', { name: MARKER });
  await fill(first.connectionId);
  app = await startTestApp(fresh);
});

afterAll(async () => {
  await app.close();
  await fresh.drop();
});

/** A row in every table that any route reads. */
async function fill(connectionId: string): Promise<void> {
  const { database } = fresh;
  const resource = 'leases';
  await saveTable(database, connectionId, {
    // Where a table is gone no conflict can be settled.
    resource: 'units',
    tableId: `tbl${MARKER}`,
    checkedAt: now,
    problem: MARKER,
  });
  const mark = { resource, entityId: MARKER, reason: MARKER, onBehalfOf: MARKER, happenedAt: now };
  await markDirty(database, connectionId, [{ ...mark, priority: 'normal' }], now);
  const claim = { connectionId, resource, owner: MARKER, now, until: now, limit: 1 };
  const [claimed] = await claimMarks(database, claim);
  await postponeMarks(database, connectionId, resource, [
    {
      entityId: MARKER,
      fence: claimed?.fence ?? 0,
      notBefore: now,
      problem: MARKER,
      counts: true,
      parkedAt: now,
      waitingFor: null,
    },
  ]);
  const link = { resource, entityId: MARKER, airtableRecordId: `rec${MARKER}`, standing: 'linked' } as const;
  const rest = {
    parentId: null,
    syncedBuildium: {},
    syncedAirtable: null,
    syncedSealed: null,
    buildiumHash: null,
  };
  await saveLinks(
    database,
    connectionId,
    [{ ...link, ...rest, status: null, note: null, entityDate: null, lookedGeneration: 0 }],
    now,
  );
  await appendAudit(
    database,
    connectionId,
    [
      {
        ...{ auditId: newId(), actor: MARKER, action: 'rowCreated', resource, entityId: MARKER, runId: null },
        ...{
          airtableRecordId: MARKER,
          changes: { rent: { after: MARKER } },
          changesSealed: null,
          why: MARKER,
        },
      },
    ],
    now,
  );
  const progress = { leases: { read: 1, total: 1, done: true } };
  const run = {
    runId: MARKER,
    requestedBy: MARKER,
    startedAt: now,
    finishedAt: null,
    progress,
    problem: MARKER,
  };
  await insertRun(database, connectionId, { ...run, kind: 'syncNow', state: 'running' });
  await openNotices(database, connectionId, [
    { noticeId: newId(), at: now, resource, entityId: MARKER, kind: MARKER, message: MARKER },
  ]);
  ({ calculationId } = await addCalculation(database, connectionId, MARKER));
  toApprove = await addCalculation(database, connectionId, MARKER, { toApprove: true });
  const health = {
    noticeId: newId(),
    at: now,
    resource: null,
    entityId: null,
    kind: 'alertDelay',
    message: MARKER,
  };
  await openNotices(database, connectionId, [health]);
  const compared = { reconciliationId, by: MARKER, entityId: MARKER, now };
  await storeReconciliation(database, connectionId, compared);
  await countDelays(database, connectionId, now.slice(0, 10), [{ resource: MARKER, delayMs: 4 }]);
  await reportSideDown(
    database,
    connectionId,
    { side: 'airtable', kind: 'forbidden', message: MARKER, retryAt: null },
    now,
  );
  await saveWebhook(database, connectionId, {
    ...{
      webhookId: MARKER,
      sealedMacSecret: MARKER,
      cursor: 1,
      expiresAt: now,
      lastPayloadAt: now,
      lastPingAt: now,
      problem: MARKER,
      notificationUrl: MARKER,
    },
  });
  await addApiCalls(database, [
    { connectionId, side: 'airtable', kind: MARKER, day: now.slice(0, 10), calls: 777_777, refused: 0 },
  ]);
  await noteBaseRows(database, connectionId, { day: now.slice(0, 10), rowsInBase: 5 });
  const shown = { buildium: MARKER, airtable: 'b', synced: null };
  const digests = { buildiumDigest: version.buildium, airtableDigest: version.airtable };
  const conflict = {
    conflictId,
    resource,
    entityId: MARKER,
    fieldKey: 'from',
    why: MARKER,
    shownSealed: null,
  };
  await openConflicts(database, connectionId, [{ ...conflict, ...digests, shown, ...UNDECIDED }], now);
  await recordSettled(database, connectionId, [settledEnd(settledId, `${MARKER}8`)], now);
  await saveLinks(database, connectionId, [settledLink(`${MARKER}8`)], now);
  const told = { kind: 'alert', subject: MARKER, text: MARKER } as const;
  await queueNotification(database, connectionId, told, now);
  await storePush(database, connectionId, { pushId, intentId, by: MARKER, now });
  await storeApproval(database, connectionId, { approvalId, entityId: MARKER, now });
  await savePerson(database, connectionId, {
    userId: MARKER,
    email: MARKER,
    levelRole: 'operator',
    lastSignedInAt: now,
  });
  await replaceProposals(database, connectionId, [
    {
      ...{ resource, entityId: `${MARKER}9`, airtableRecordId: `rec${MARKER}9`, score: 90, by: MARKER },
      ...{ entityName: MARKER, decision: 'proposed', differences: {} },
    },
  ]);
  await saveReceipts(database, [
    {
      connectionId,
      receiptId: MARKER,
      eventName: MARKER,
      eventAt: now,
      receivedAt: now,
      resource: null,
      ids: [MARKER],
    },
  ]);
}

/** Everything the first connection has, as text: changed by nobody but its own. */
async function everythingOfTheFirst(): Promise<string> {
  const { database } = fresh;
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'connection_id' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(15);
  const rows = [];
  for (const { name } of tables)
    rows.push(
      await database.query(
        `select '${name}' as name, t::text from ${name} t where connection_id = $1 order by 2`,
        [`cn_${MARKER}`],
      ),
    );
  return JSON.stringify(rows);
}

/** Asks for what is the first connection's, by its own ids. */
const isRefused = (name: EndpointName): boolean => ASK_THE_SIDES.has(name) || name === 'finishPairing';

const pointedAtTheFirst = () =>
  walk({
    params: {
      tokenId: firstToken.tokenId,
      conflictId,
      userId: MARKER,
      pushId,
      intentId,
      calculationId,
      ownerId: '70',
      reconciliationId,
      ...{
        approvalId,
        runId: MARKER,
        resource: 'leases',
        entityId: MARKER,
        airtableRecordId: `rec${MARKER}`,
      },
    },
    paramsOf: {
      undoConflict: { conflictId: settledId },
      approveCalculation: toApprove,
      listApprovedDraws: toApprove,
      withdrawDraw: toApprove,
    },
    query: { listAudit: { resource: 'leases', entityId: MARKER } },
    body: {
      redrive: { resource: 'leases', entityId: MARKER },
      carryForward: { reason: 'The statement is out' },
      repairReconciliation: { resource: 'leases', entityIds: [MARKER] },
      resolveConflict: { side: 'airtable', version },
      resolveConflicts: { choices: [{ conflictId, side: 'airtable', version }] },
      previewPolicies: { policies: { fields: { 'leases.from': 'airtable' } } },
    },
  });

describe("a second connection's token", () => {
  test.each<Role>(['viewer', 'operator', 'admin'])(
    'of a %s gets and changes nothing of the first, on any route',
    async (role) => {
      const { headers } = await addToken(fresh.database, secondId, role);
      const before = await everythingOfTheFirst();
      for (const { name, path, init } of pointedAtTheFirst()) {
        const response = await app.fetch(path, { ...init, headers: { ...init.headers, ...headers } });
        const text = await response.text();
        expect({ name, status: response.status, leaks: text.includes(MARKER) }).toMatchObject({
          leaks: false,
        });
        expect(text).not.toContain('777777');
        expect(text).not.toContain('987654321');
      }
      expect(await everythingOfTheFirst()).toBe(before);
    },
  );

  test('while its own token gets them: the marker is where a leak would show it', async () => {
    const shown = new Set<string>();
    for (const { name, path, init } of pointedAtTheFirst()) {
      if (name === 'revokeToken') continue;
      const response = await app.fetch(path, {
        ...init,
        headers: { ...init.headers, ...firstToken.headers },
      });
      expect([name, response.ok]).toEqual([name, !isRefused(name)]);
      if ((await response.text()).includes(MARKER)) shown.add(name);
    }
    const withoutValues = [
      ...['decidePairing', 'finishPairing'],
      'readAuditSeal',
      ...['startReconciliation', 'repairReconciliation', 'certificatePdf'],
      'push',
      'triggerSync',
      'redrive',
      'createToken',
      'signOut',
      ...['conflictsSummary', 'resolveConflicts', 'readPolicies'],
      ...['testNotification', 'rotateNotificationSecret'],
      ...MONEY_WITHOUT_VALUES,
    ];
    const expected = pointedAtTheFirst().map(({ name }) => name);
    expect([...shown].sort()).toEqual(
      expected.filter((name) => name !== 'revokeToken' && !withoutValues.includes(name)).sort(),
    );
  });
});

describe('without a token that is alive', () => {
  test.each([
    ['none', async () => ({})],
    ['one that nobody made', async () => ({ authorization: `Bearer bas_${'x'.repeat(43)}` })],
    ['one in another scheme', async () => ({ authorization: 'Basic dXNlcjpwYXNz' })],
    [
      'one that has expired',
      async () =>
        (await addToken(fresh.database, secondId, 'admin', { expiresAt: '2026-01-01T00:00:00Z' })).headers,
    ],
  ])('every route answers 401 to %s', async (_, headersOf) => {
    const headers: Record<string, string> = await headersOf();
    for (const { path, init } of pointedAtTheFirst()) {
      const response = await app.fetch(path, { ...init, headers: { ...init.headers, ...headers } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });
});

test('a role that does not suffice is told which one does, on every route', async () => {
  for (const role of ['viewer', 'operator'] as const) {
    const { headers } = await addToken(fresh.database, secondId, role);
    for (const { path, init, endpoint } of pointedAtTheFirst()) {
      if (endpoint.role === 'viewer' || endpoint.role === role) continue;
      const response = await app.fetch(path, { ...init, headers: { ...init.headers, ...headers } });
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([403, 'forbidden']);
      expect(error.message).toContain(`needs the role ${endpoint.role}`);
    }
  }
});
