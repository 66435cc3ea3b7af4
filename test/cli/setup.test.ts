import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listConnections } from '../../server/db/connections.ts';
import { startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { environmentFor, runCli, spawnCli, type CliResult } from './runCli.ts';

let sides: TwoSides;
let environment: Record<string, string>;
beforeAll(async () => {
  sides = await startTwoSides();
  environment = environmentFor(sides);
}, 60_000);
afterAll(() => sides.close());

const setup = (args: readonly string[] = [], change: Record<string, string> = {}): Promise<CliResult> =>
  runCli(['setup', '--yes', '--name', 'Test', '--time-zone', 'America/New_York', ...args], {
    ...environment,
    ...change,
  });

const text = ({ stdout, stderr }: CliResult): string => `${stdout}${stderr}`;

/** Whatever happens, nothing that opens either side is shown. */
function expectNoSecrets(result: CliResult): void {
  for (const secret of [
    sides.buildium.clientSecret,
    sides.airtable.token,
    'wrong-secret',
    'webhook-secret-1',
  ])
    expect(text(result)).not.toContain(secret);
}

describe('set-up says what is wrong and where to mend it, and stores nothing', () => {
  test.each([
    [
      'a key that Buildium refuses',
      { BUILDIUM_CLIENT_SECRET: 'wrong-secret' },
      () => undefined,
      ['401', 'Settings > Developer Tools'],
    ],
    [
      'a key that may not read some of the lists',
      {},
      () => {
        sides.buildium.world.key.permissions = { 'Accounting > Bills': 'None', 'Rentals > Tenants': 'None' };
      },
      ['lacks permissions: Rentals > Tenants; Accounting > Bills', 'tick "View"'],
    ],
    [
      'a token that Airtable refuses',
      { AIRTABLE_TOKEN: 'patWrong.wrong-secret' },
      () => undefined,
      ['401', 'https://airtable.com/create/tokens'],
    ],
    [
      'a token without a scope',
      {},
      () =>
        changeToken({ scopes: new Set(['data.records:read', 'data.records:write', 'schema.bases:read']) }),
      ['lacks scopes: schema.bases:write, webhook:manage'],
    ],
    [
      'a token for other bases',
      {},
      () => changeToken({ resources: new Set(['appOther']) }),
      ['does not see this base', 'add the base under "Access"'],
    ],
    [
      'an owner of the token who may only edit',
      {},
      () => changeRole('edit'),
      ['the role "edit"', 'needs Creator'],
    ],
    ['a time zone that is none', {}, () => undefined, ['"Mars/Olympus" is no time zone']],
  ])('%s', async (what, change, prepare, sentences) => {
    prepare();
    const args = what.startsWith('a time zone') ? ['--time-zone', 'Mars/Olympus'] : [];
    // As .env.example has it, which a person has loaded: its lines are the server's.
    const result = await setup(args, { LOG_LEVEL: 'info', ...change });
    mendEverything();
    expect(result.code).toBe(what.startsWith('a time zone') ? 2 : 1);
    for (const sentence of sentences) expect(text(result)).toContain(sentence);
    expect(text(result)).not.toMatch(/^\{/m);
    expectNoSecrets(result);
    expect(await listConnections(sides.fresh.database)).toEqual([]);
  });

  test('missing answers, with nobody to ask: all are named at once', async () => {
    const result = await setup([], { BUILDIUM_CLIENT_ID: '', AIRTABLE_TOKEN: '' });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(
      'Missing: BUILDIUM_CLIENT_ID (or --buildium-client-id), AIRTABLE_TOKEN (or --airtable-token).',
    );
    expect((await runCli(['doctor'], environment)).stdout).toContain('Nothing is connected yet.');
  });

  test('the webhook secret as a flag is an answer like the others', async () => {
    const result = await setup(['--webhook-secret', 'webhook-secret-1'], { BUILDIUM_CLIENT_ID: '' });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Missing: BUILDIUM_CLIENT_ID (or --buildium-client-id).');
    const alone = { ...environment, BUILDIUM_CLIENT_ID: '' };
    expect(await runCli(['setup', '--webhook-secret', 'webhook-secret-1'], alone)).toEqual(result);
  });

  test('no base named: it lists those that the token sees', async () => {
    const result = await setup([], { AIRTABLE_BASE_ID: '' });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(sides.airtable.baseId);
  });
});

describe('a whole set-up', () => {
  test('with rows in the base: it stops before it writes anything, and says how to go on', async () => {
    const property = { Name: 'Maple Court' };
    sides.inAirtable({
      action: 'createTable',
      name: 'Properties',
      fields: [{ name: 'Name', type: 'singleLineText' }],
    });
    const [first] = (await read('/v1/rentals')) as { Name: string }[];
    sides.inAirtable({
      action: 'createRecords',
      table: 'Properties',
      records: [{ fields: { ...property, Name: first?.Name } }],
    });
    const before = transactions();
    const result = await setup(['--json']);
    expect(result.code).toBe(3);
    expect(transactions()).toBe(before);
    const answer = JSON.parse(result.stdout) as { state: string; adminToken: string; pairing: unknown[] };
    expect(answer.state).toBe('pairing');
    expect(answer.adminToken).toMatch(/^bas_/);
    expect(answer.pairing).toHaveLength(1);
    const [connection] = await listConnections(sides.fresh.database);
    expect(connection?.state).toBe('pairing');
    expectNoSecrets(result);

    const listed = await runCli(['pair'], environment);
    expect(listed.code).toBe(3);
    expect(listed.stdout).toMatch(/properties \d+ .*= .*same Name; Street blank/);
    expect((await runCli(['doctor'], environment)).stdout).toContain('The first pairing is not finished');
    expect((await runCli(['resume'], environment)).code).toBe(3);
  }, 60_000);

  test('taken up again: approves, makes the tables, and brings everything over', async () => {
    const result = await setup(['--pair-min-score', '50', '--webhook-secret', 'webhook-secret-1']);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toContain('1 pair is approved');
    expect(result.stdout).toMatch(/https:\/\/sync\.example\.com\/webhooks\/buildium\/\S{20,}/);
    expect(result.stdout).toContain('LeaseTransaction: Created, Updated, Deleted');
    expect(result.stdout).toContain('has the same id in the ledger');
    expectNoSecrets(result);
    expect(sides.rows('Properties')).toHaveLength(3);
    expect(sides.rows('Units')).toHaveLength(7);
    expect(sides.rows('Transactions').length).toBeGreaterThan(50);
    const [webhook] = [...sides.airtable.world.bases.values()][0]?.webhooks.values() ?? [];
    expect(webhook?.notificationUrl).toMatch(/^https:\/\/sync\.example\.com\/webhooks\/airtable\//);
    expect((await runCli(['doctor'], environment)).stdout).not.toContain('No webhook secret is stored');
  }, 120_000);

  test('run once more, it replaces the keys and makes nothing twice', async () => {
    const before = transactions();
    const result = await setup(['--json']);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ state: 'running' });
    expect(await listConnections(sides.fresh.database)).toHaveLength(1);
    expect(transactions()).toBe(before);
    expectNoSecrets(result);
  }, 60_000);

  test('a rolled webhook secret is added to the one before it', async () => {
    const result = await spawnCli(['setup', '--webhook-secret', '-'], {
      ...environment,
      BUILDIUM_WEBHOOK_SECRET: 'webhook-secret-1',
    });
    expect(result.code).toBe(0);
    expectNoSecrets(result);
  });
});

function mendEverything(): void {
  sides.buildium.world.key.permissions = {};
  changeToken({ resources: 'all' });
  changeRole('create');
  const [owner] = sides.airtable.world.users.values();
  const scopes = new Set([...SCOPES]);
  if (owner) changeToken({ scopes });
}

const SCOPES = [
  'data.records:read',
  'data.records:write',
  'schema.bases:read',
  'schema.bases:write',
  'webhook:manage',
] as const;

type Token = NonNullable<ReturnType<TwoSides['airtable']['world']['tokens']['get']>>;

function changeToken(change: Partial<Pick<Token, 'scopes' | 'resources'>>): void {
  const token = sides.airtable.world.tokens.get(sides.airtable.token);
  if (token) sides.airtable.world.tokens.set(token.secret, { ...token, ...change });
}

function changeRole(level: 'create' | 'edit'): void {
  const [base] = sides.airtable.world.bases.values();
  const token = sides.airtable.world.tokens.get(sides.airtable.token);
  if (base && token) base.collaborators.set(token.userId, level);
}

async function read(path: string): Promise<unknown[]> {
  const { url, clientId, clientSecret } = sides.buildium;
  const headers = { 'x-buildium-client-id': clientId, 'x-buildium-client-secret': clientSecret };
  return (await (await fetch(`${url}${path}`, { headers })).json()) as unknown[];
}

/** The base's own count of everything that ever changed in it. */
function transactions(): number {
  return [...sides.airtable.world.bases.values()][0]?.transactionNumber ?? -1;
}
