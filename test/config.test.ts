import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { inspect } from 'node:util';
import { readConfig, VARIABLES, type Config } from '../server/config.ts';
import { openKeyring } from '../server/secrets.ts';

const key = randomBytes(32).toString('base64');
const enough = { PUBLIC_URL: 'https://sync.example.com/', ENCRYPTION_KEYS: `2026-11:${key}` };

function configFrom(environment: Record<string, string>): Config {
  const read = readConfig(environment, 'start');
  if (!read.ok) throw new Error(read.error.join('\n'));
  return read.value;
}

function problemsOf(environment: Record<string, string>): string[] {
  const read = readConfig(environment, 'start');
  return read.ok ? [] : read.error;
}

describe('npm start', () => {
  test('needs the public address and a key, and says both at once with an example', () => {
    const problems = problemsOf({});
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(
      /^PUBLIC_URL is missing\. .* Example: PUBLIC_URL=https:\/\/sync\.example\.com$/,
    );
    expect(problems[1]).toMatch(/^ENCRYPTION_KEYS is missing\. .*openssl rand -base64 32/);
  });

  test('takes these for granted', () => {
    const { spoolFolder, corsOrigins, encryptionKeys, ...rest } = configFrom(enough);
    expect(rest).toEqual({
      databaseUrl: null,
      databaseListenUrl: null,
      databasePoolSize: 10,
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'https://sync.example.com',
      trustedProxies: 0,
      worker: 'all',
      spoolMaxBytes: 268_435_456,
      shutdownGraceMs: 25_000,
      buildiumRequestsPerSecond: 8,
      airtableRequestsPerSecond: 5,
      smtpUrl: null,
      mailFrom: null,
      metricsToken: null,
      logLevel: 'info',
    });
    expect(isAbsolute(spoolFolder)).toBe(true);
    expect(corsOrigins).toHaveLength(2);
    expect(encryptionKeys.map(({ id }) => id)).toEqual(['2026-11']);
  });

  test('lists everything that is wrong at once, each with the variable, the value and an example', () => {
    const problems = problemsOf({
      ...enough,
      PORT: '70000',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'sync.example.com',
      WORKER: 'cook',
    });
    expect(problems).toEqual([
      'PUBLIC_URL must be a URL that begins with https://, and is "sync.example.com". Example: PUBLIC_URL=https://sync.example.com',
      'PORT must be a whole number from 0 to 65535, and is "70000". Example: PORT=3000',
      'WORKER must be one of all, web, jobs, and is "cook". Example: WORKER=all',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, and is "loud". Example: LOG_LEVEL=info',
    ]);
  });

  test('what is missing and what is wrong are in one list', () => {
    expect(problemsOf({ PORT: 'x' }).map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'PUBLIC_URL',
      'ENCRYPTION_KEYS',
    ]);
  });

  test('listens to the world only in production', () => {
    expect(configFrom({ ...enough, NODE_ENV: 'production' }).host).toBe('0.0.0.0');
    expect(configFrom({ ...enough, NODE_ENV: 'production', HOST: '10.0.0.7' }).host).toBe('10.0.0.7');
  });

  test('an empty variable is an absent one', () => {
    expect(configFrom({ ...enough, DATABASE_URL: '', PORT: ' ' })).toMatchObject({
      databaseUrl: null,
      port: 3000,
    });
  });
});

test('a command needs the keys, the demo needs nothing', () => {
  expect(readConfig({}, 'cli')).toMatchObject({
    ok: false,
    error: [expect.stringMatching(/^ENCRYPTION_KEYS is missing/)],
  });
  expect(readConfig({}, 'demo')).toMatchObject({ ok: true, value: { publicUrl: null, encryptionKeys: [] } });
});

describe('each variable', () => {
  const database = 'postgres://sync:pw@db:5432/sync';

  test.each([
    ['DATABASE_POOL_SIZE', '1'],
    ['DATABASE_POOL_SIZE', '10.5'],
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['TRUST_PROXY', 'true'],
    ['CORS_ORIGINS', 'tools.example.com'],
    ['CORS_ORIGINS', 'https://a.example.com,https://b.example.com/path'],
    ['SPOOL_MAX_BYTES', '64MB'],
    ['SHUTDOWN_GRACE_MS', '-5'],
    ['BUILDIUM_REQUESTS_PER_SECOND', '11'],
    ['AIRTABLE_REQUESTS_PER_SECOND', '0'],
    ['PUBLIC_URL', 'http://sync.example.com'],
    ['PUBLIC_URL', 'https://sync.example.com/?a=1'],
    ['DATABASE_URL', 'mysql://db/sync'],
    ['DATABASE_URL', 'db.example.com'],
    ['ENCRYPTION_KEYS', 'a:c2hvcnQ='],
  ] as const)('%s refuses %s', (name, value) => {
    const problems = problemsOf({ ...enough, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} must .* Example: ${name}=`));
  });

  test.each([
    ['PORT', '0', { port: 0 }],
    ['WORKER', 'all', { worker: 'all' }],
    ['PUBLIC_URL', 'http://127.0.0.1:3000', { publicUrl: 'http://127.0.0.1:3000' }],
    ['PUBLIC_URL', 'https://example.com/sync//', { publicUrl: 'https://example.com/sync' }],
    ['SPOOL_FOLDER', '/var/spool/sync', { spoolFolder: '/var/spool/sync' }],
    ['TRUST_PROXY', '2', { trustedProxies: 2 }],
  ])('%s takes %s', (name, value, expected) => {
    expect(configFrom({ ...enough, [name]: value })).toMatchObject(expected);
  });

  test('has an example that is itself accepted', () => {
    const examples = Object.entries(VARIABLES).map(([name, { example }]) => [name, example] as const);
    const environment = { ...Object.fromEntries(examples), ENCRYPTION_KEYS: enough.ENCRYPTION_KEYS };
    expect(problemsOf(environment)).toEqual([]);
  });

  test('of a split server needs a database that outlives its processes', () => {
    expect(problemsOf({ ...enough, WORKER: 'jobs' })).toEqual([
      expect.stringMatching(/^DATABASE_URL is missing, while WORKER=jobs/),
    ]);
    expect(configFrom({ ...enough, WORKER: 'jobs', DATABASE_URL: database }).worker).toBe('jobs');
  });

  test('of a listener alone is half a database', () => {
    expect(problemsOf({ ...enough, DATABASE_LISTEN_URL: database })).toEqual([
      expect.stringMatching(/^DATABASE_URL is missing/),
    ]);
  });
});

describe('a secret value', () => {
  test.each(['DATABASE_URL', 'DATABASE_LISTEN_URL', 'ENCRYPTION_KEYS'])(
    'of %s is not in the error',
    (name) => {
      expect(problemsOf({ ...enough, [name]: 'hunter2' }).join()).not.toContain('hunter2');
    },
  );

  test('is not in the printed config', () => {
    const config = configFrom({
      ...enough,
      DATABASE_URL: 'postgres://u:hunter2@db/x',
    });
    const printed = JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true });
    expect(printed).not.toContain('hunter2');
    expect(printed).not.toContain(key);
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:hunter2@db/x');
  });
});

test('several keys open a keyring, the first one encrypts', () => {
  const older = randomBytes(32).toString('base64');
  const { encryptionKeys } = configFrom({ ...enough, ENCRYPTION_KEYS: `new:${key}, old:${older}` });
  expect(openKeyring(encryptionKeys).encrypt('x', 'y')).toMatch(/^v1\.new\./);
});

describe('the origins that may call', () => {
  const allows = (environment: Record<string, string>, origin: string) =>
    configFrom({ ...enough, ...environment }).corsOrigins.some((pattern) => pattern.test(origin));

  test.each([
    ['https://block--abc123.airtableblocks.com', true],
    ['https://block--abc123.alt.airtableblocks.com', true],
    ['https://devblock--abc123.airtableblocks.com', true],
    ['http://block--abc123.airtableblocks.com', false],
    ['https://block--abc123.airtableblocks.com.evil.example', false],
    ['https://evil.example/.airtableblocks.com', false],
    ['https://xairtableblocks.com', false],
  ])('by default, %s: %s', (origin, expected) => {
    expect(allows({}, origin)).toBe(expected);
  });

  test('are the listed ones and no others', () => {
    const listed = { CORS_ORIGINS: 'https://tools.example.com,http://localhost:9000' };
    expect(allows(listed, 'http://localhost:9000')).toBe(true);
    expect(allows(listed, 'https://block--abc123.airtableblocks.com')).toBe(false);
    expect(allows({ CORS_ORIGINS: '*' }, 'https://anything.example')).toBe(true);
  });
});
