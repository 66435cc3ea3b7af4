import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openConflicts, recordSettled } from '../../server/db/conflictsFound.ts';
import { saveLinks } from '../../server/db/links.ts';
import { insertRun } from '../../server/db/runs.ts';
import { savePerson } from '../../server/db/signInSessions.ts';
import { storePush } from '../push/storedPush.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { storeApproval } from '../support/storedApproval.ts';
import { storeReconciliation } from '../support/storedReconciliation.ts';
import { addCalculation } from './moneyRows.ts';
import { addConnection, addToken, newId, startTestApp, type TestApp } from './testApp.ts';
import { settledEnd, settledLink, UNDECIDED } from '../support/conflicts.ts';
import { ASK_THE_SIDES, walk } from './walk.ts';

type Operation = {
  operationId: string;
  parameters: { name: string; in: string }[];
  responses: Record<string, { content: { 'application/json': { schema: object } } }>;
  'x-codeSamples': { lang: string; source: string }[];
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };

let fresh: FreshDatabase;
let app: TestApp;
let document: Document;
let headers: Record<string, string>;
let spareTokenId: string;
const [conflictId, settledId] = [newId(), newId()];
const reconciliationId = newId();
const approvalId = newId();
let calculationId: string;
let toApprove: { calculationId: string };
const [pushId, intentId] = [newId(), newId()];
const version = { buildium: 'b1', airtable: 'a1' };

beforeAll(async () => {
  fresh = await freshDatabase();
  const { connectionId } = await addConnection(fresh.database);
  headers = (await addToken(fresh.database, connectionId, 'admin')).headers;
  spareTokenId = (await addToken(fresh.database, connectionId, 'viewer')).tokenId;
  const conflict = { conflictId, resource: 'leases', entityId: '1', fieldKey: 'from', why: 'both moved' };
  const shown = { buildium: '2026-01-01', airtable: '2026-02-01', synced: null };
  const rest = { shownSealed: null, buildiumDigest: 'b1', airtableDigest: 'a1', shown };
  await openConflicts(
    fresh.database,
    connectionId,
    [{ ...conflict, ...rest, ...UNDECIDED }],
    '2026-11-20T00:00:00Z',
  );
  await recordSettled(fresh.database, connectionId, [settledEnd(settledId, '8')], '2026-11-20T00:00:00Z');
  await saveLinks(fresh.database, connectionId, [settledLink('8')], '2026-11-20T00:00:00Z');
  const compared = { reconciliationId, by: 'schedule', entityId: '1', now: '2026-11-20T00:00:00Z' };
  await storeReconciliation(fresh.database, connectionId, compared);
  await storePush(fresh.database, connectionId, {
    ...{ pushId, intentId, by: 'token:test', now: '2026-11-20T00:00:00.000Z' },
  });
  await savePerson(fresh.database, connectionId, {
    userId: 'usr1',
    email: null,
    levelRole: 'operator',
    lastSignedInAt: '2026-11-20T00:00:00Z',
  });
  ({ calculationId } = await addCalculation(fresh.database, connectionId, 'Maple'));
  toApprove = await addCalculation(fresh.database, connectionId, 'Maple', { toApprove: true });
  const now = '2026-11-20T00:00:00.000Z';
  await storeApproval(fresh.database, connectionId, { approvalId, entityId: '7', now });
  await insertRun(fresh.database, connectionId, {
    ...{ runId: 'run1', kind: 'syncNow', state: 'finished', requestedBy: 'cli', startedAt: now },
    ...{ finishedAt: now, progress: {}, problem: null },
  });
  await saveLinks(
    fresh.database,
    connectionId,
    [
      {
        ...{
          resource: 'leases',
          entityId: '7',
          airtableRecordId: 'rec1',
          standing: 'linked',
          parentId: null,
        },
        ...{
          syncedBuildium: {},
          syncedAirtable: null,
          syncedSealed: null,
          buildiumHash: null,
          status: null,
        },
        ...{ note: null, entityDate: null, lookedGeneration: 0 },
      },
    ],
    now,
  );
  app = await startTestApp(fresh);
  document = (await (await app.fetch('/api/v1/openapi.json')).json()) as Document;
});

afterAll(async () => {
  await app.close();
  await fresh.drop();
});

const operationOf = (path: string, method: string): Operation | undefined =>
  document.paths[path]?.[method.toLowerCase()];
const templateOf = (path: string): string => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`;

describe('the OpenAPI document', () => {
  test('is 3.1, and every reference in it leads somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      let found: unknown = document;
      for (const part of reference.split('/')) found = (found as Record<string, unknown> | undefined)?.[part];
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  test('has every endpoint of the contract once, with an example in three languages', () => {
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    );
    expect(names.sort()).toEqual(
      walk({})
        .map(({ name }) => name)
        .sort(),
    );
    for (const { endpoint } of walk({})) {
      const operation = operationOf(templateOf(endpoint.path), endpoint.method);
      expect(operation?.['x-codeSamples'].map(({ lang }) => lang)).toEqual(['Shell', 'TypeScript', 'Python']);
      for (const { source } of operation?.['x-codeSamples'] ?? [])
        expect(source).toContain('https://sync.example.com/api/v1/');
    }
  });

  test('is kept by every answer that the server gives', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validatorOf = (path: string, method: string, status: number): ValidateFunction => {
      const answer = operationOf(path, method)?.responses[status];
      const schema = answer?.content['application/json'].schema ?? false;
      // The references in it start at the root of the document.
      return ajv.compile(schema === false ? false : { ...schema, components: document.components });
    };
    const own = {
      params: {
        tokenId: spareTokenId,
        conflictId,
        userId: 'usr1',
        pushId,
        intentId,
        calculationId,
        ownerId: '70',
        reconciliationId,
        ...{ approvalId, runId: 'run1', resource: 'leases', entityId: '7', airtableRecordId: 'rec1' },
      },
      paramsOf: {
        undoConflict: { conflictId: settledId },
        approveCalculation: toApprove,
        listApprovedDraws: toApprove,
        withdrawDraw: toApprove,
      },
      body: {
        resolveConflict: { side: 'buildium', version },
        resolveConflicts: { choices: [{ conflictId, side: 'buildium', version }] },
        carryForward: { reason: 'The statement is out' },
      },
    };
    for (const { name, endpoint, path, init } of walk(own)) {
      const response = await app.fetch(path, { ...init, headers: { ...init.headers, ...headers } });
      const wanted = ASK_THE_SIDES.has(name)
        ? 503
        : name === 'finishPairing'
          ? 409
          : (endpoint.status ?? 200);
      expect([name, response.status]).toEqual([name, wanted]);
      if (wanted >= 400) continue;
      if (endpoint.produces) {
        expect([name, response.headers.get('content-type')]).toEqual([
          name,
          expect.stringContaining(endpoint.produces),
        ]);
        await response.arrayBuffer();
        continue;
      }
      const validate = validatorOf(templateOf(endpoint.path), endpoint.method, response.status);
      const fits = validate(await response.json());
      expect([name, fits, validate.errors]).toEqual([name, true, null]);
    }
  });

  test('is shown by a page that loads nothing from elsewhere', async () => {
    const page = await app.fetch('/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      expect(link).toMatch(/^\//);
      expect([link, (await app.fetch(link)).status]).toEqual([link, 200]);
    }
    expect(html).not.toMatch(/<script>|\son\w+=|<style/);
    expect((await app.fetch('/docs/..%2f..%2fpackage.json')).status).toBe(404);
  });
});
