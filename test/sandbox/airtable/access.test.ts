import { describe, expect, test } from '@jest/globals';
import type { Scope } from '../../../server/sandbox/airtable/auth.ts';
import { ALL_SCOPES } from '../../../server/sandbox/airtable/auth.ts';
import type { PermissionLevel } from '../../../server/sandbox/airtable/model.ts';
import { error, testWorld } from './support.ts';

const HIDDEN = 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND';
const WEBHOOK = { specification: { options: { filters: { dataTypes: ['tableData'] } } } };

function house() {
  const sandbox = testWorld();
  const jobs = sandbox.table('Jobs');
  const record = jobs.create({ Name: 'Roof' });
  const user = sandbox.world.addUser({ email: 'pat@example.com', name: 'Pat' });
  const { baseId, world } = sandbox;
  const meta = `/meta/bases/${baseId}/tables`;
  const calls: Record<string, [string, string, unknown?]> = {
    list: ['GET', jobs.path],
    get: ['GET', `${jobs.path}/${record}`],
    create: ['POST', jobs.path, { fields: {} }],
    update: ['PATCH', `${jobs.path}/${record}`, { fields: {} }],
    comments: ['GET', `${jobs.path}/${record}/comments`],
    comment: ['POST', `${jobs.path}/${record}/comments`, { text: 'Hello' }],
    tables: ['GET', meta],
    rename: ['PATCH', `${meta}/${jobs.id}`, { name: 'Jobs' }],
    webhooks: ['GET', `/bases/${baseId}/webhooks`],
    webhook: ['POST', `/bases/${baseId}/webhooks`, WEBHOOK],
  };
  const tokenFor = (
    scopes: readonly Scope[],
    level: PermissionLevel,
    resources: 'all' | string[] = 'all',
  ) => {
    sandbox.base.collaborators.set(user.id, level);
    return world.addToken({ userId: user.id, scopes, resources }).secret;
  };
  const errorType = (name: string, secret: string): string => {
    const [method, path, body] = calls[name] ?? ['', ''];
    const answer = sandbox.call(method, path, body, secret);
    return answer.status === 200 ? 'ok' : `${answer.status} ${JSON.stringify(answer.body)}`;
  };
  return { ...sandbox, jobs, user, calls, tokenFor, errorType };
}

const NEEDED: readonly [string, Scope[], PermissionLevel][] = [
  ['list', ['data.records:read'], 'read'],
  ['get', ['data.records:read'], 'read'],
  ['create', ['data.records:write'], 'edit'],
  ['update', ['data.records:write'], 'edit'],
  ['comments', ['data.recordComments:read'], 'read'],
  ['comment', ['data.recordComments:write'], 'comment'],
  ['tables', ['schema.bases:read'], 'read'],
  ['rename', ['schema.bases:write'], 'create'],
  ['webhooks', ['webhook:manage'], 'read'],
  ['webhook', ['webhook:manage', 'data.records:read'], 'create'],
];
const LEVELS: PermissionLevel[] = ['none', 'read', 'comment', 'edit', 'create'];

describe('what a token may do is its scopes within its user’s role', () => {
  test.each(NEEDED)('%s needs %j and role %s', (name, scopes, level) => {
    const { tokenFor, errorType } = house();
    expect(errorType(name, tokenFor(scopes, level))).toBe('ok');
    for (const scope of scopes) {
      const others = ALL_SCOPES.filter((other) => other !== scope);
      expect(errorType(name, tokenFor(others, 'create'))).toContain(HIDDEN);
    }
    const lower = LEVELS[LEVELS.indexOf(level) - 1] ?? 'none';
    const refused = errorType(name, tokenFor(ALL_SCOPES, lower));
    expect(refused).toContain(lower === 'none' ? HIDDEN : '"INVALID_PERMISSIONS"');
  });

  test('a webhook on the schema needs the scope for the schema', () => {
    const { call, baseId, tokenFor } = house();
    const body = { specification: { options: { filters: { dataTypes: ['tableFields'] } } } };
    const path = `/bases/${baseId}/webhooks`;
    expect(call('POST', path, body, tokenFor(['webhook:manage', 'data.records:read'], 'create')).status).toBe(
      403,
    );
    expect(call('POST', path, body, tokenFor(['webhook:manage', 'schema.bases:read'], 'create')).status).toBe(
      200,
    );
  });

  test('a token made for other bases sees this one as unknown', () => {
    const { tokenFor, errorType, call } = house();
    const secret = tokenFor(ALL_SCOPES, 'create', ['appAAAAAAAAAAAAAA']);
    expect(errorType('list', secret)).toContain(HIDDEN);
    expect(call('GET', '/meta/bases', undefined, secret).body).toEqual({ bases: [] });
  });

  test('a role that is too low reads so', () => {
    const { call, calls, tokenFor } = house();
    const [method, path, body] = calls['create'] ?? ['', ''];
    expect(call(method, path, body, tokenFor(ALL_SCOPES, 'comment'))).toEqual({
      status: 403,
      body: error('INVALID_PERMISSIONS', 'You are not permitted to perform this operation'),
    });
  });

  test('a revoked token is 401', () => {
    const { world, token, call, jobs } = house();
    const held = world.tokens.get(token);
    if (held) held.revoked = true;
    expect(call('GET', jobs.path).status).toBe(401);
  });
});
