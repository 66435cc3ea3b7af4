import { describe, expect, test } from '@jest/globals';
import { RULES, violations } from './support/architectureRules.ts';
import { projectSources, scanSource } from './support/sourceScan.ts';

test('the whole project keeps the house rules', () => {
  const sources = projectSources();
  expect(sources.length).toBeGreaterThan(20);
  expect(violations(sources)).toEqual([]);
});

/** The rule, the file, what it holds. */
const BROKEN: readonly [rule: string, path: string, text: string][] = [
  [
    'layers import downwards only',
    'server/http/webhooks.ts',
    "import { syncBatch } from '../jobs/syncBatch.ts';",
  ],
  ['layers import downwards only', 'server/http/webhooks.ts', "import type { Plan } from '../sync/plan.ts';"],
  ['layers import downwards only', 'server/db/links.ts', "import { plan } from '../sync/plan.ts';"],
  [
    'layers import downwards only',
    'server/airtable/client.ts',
    "export { read } from '../buildium/read.ts';",
  ],
  [
    'layers import downwards only',
    'server/main.ts',
    "import { simulate } from './sandbox/buildium/server.ts';",
  ],
  [
    'layers import downwards only',
    'server/jobs/push.ts',
    "const page = await import('../http/api/push.ts');",
  ],
  ['layers import downwards only', 'server/log.ts', "import { secret } from '../test/support/database.ts';"],
  ['layers import downwards only', 'extension/App.tsx', "import { plan } from '../server/sync/plan.ts';"],
  ['layers import downwards only', 'shared/api.ts', "import { readConfig } from '../server/config.ts';"],
  ['sync and accounting are pure', 'server/sync/plan.ts', 'export const plan = async () => 1;'],
  ['sync and accounting are pure', 'server/sync/plan.ts', 'for await (const row of rows) use(row);'],
  ['sync and accounting are pure', 'server/sync/retry.ts', 'const later = Date.now() + 5;'],
  ['sync and accounting are pure', 'server/sync/retry.ts', 'const today = new Date();'],
  ['sync and accounting are pure', 'server/sync/retry.ts', 'const jitter = Math.random();'],
  ['sync and accounting are pure', 'server/accounting/noi.ts', 'const start = performance.now();'],
  ['sync and accounting are pure', 'server/accounting/noi.ts', "if (process['argv'][2]) stop();"],
  ['sync and accounting are pure', 'server/accounting/noi.ts', "import { readFileSync } from 'node:fs';"],
  ['shared imports zod and nothing else', 'shared/dates.ts', "import { DateTime } from 'luxon';"],
  ['only queues.ts knows pg-boss', 'server/context.ts', "import { PgBoss } from 'pg-boss';"],
  [
    'every call out passes outbound',
    'server/buildium/client.ts',
    "const answer = await fetch('https://api.buildium.com');",
  ],
  ['every call out passes outbound', 'server/airtable/client.ts', "import { request } from 'undici';"],
  ['only config.ts reads the environment', 'server/log.ts', 'const level = process.env.LOG_LEVEL;'],
  ['only config.ts reads the environment', 'server/jobs/sweep.ts', 'const { env } = process;'],
  ['only entry points end the process', 'server/db/migrate.ts', 'process.exit(1);'],
  ['only entry points end the process', 'server/app.ts', 'process.exitCode = 1;'],
  [
    'simulators do not know our resources',
    'server/sandbox/buildium/leases.ts',
    "import { leases } from '../../../shared/resources/leases.ts';",
  ],
  [
    'only sdk.ts uses the SDK’s hooks',
    'extension/screens/Overview.tsx',
    "import { Box, useBase } from '@airtable/blocks/ui';",
  ],
  [
    'components know neither the SDK nor the network',
    'extension/components/Money.tsx',
    "import { Box } from '@airtable/blocks/ui';",
  ],
  ['files stay readable', 'server/long.ts', 'let x = 1;\n'.repeat(401)],
];

describe('a made-up file that breaks a rule is caught', () => {
  test.each(BROKEN)('%s: %s', (name, path, text) => {
    const found = violations([scanSource(path, text)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`(${name})`);
    expect(found[0]?.startsWith(`${path} `)).toBe(true);
  });

  test('also where it belongs to no layer', () => {
    expect(violations([scanSource('server/new/thing.ts', '')])).toEqual([
      expect.stringContaining('belongs to no layer'),
    ]);
  });

  test('for every rule there is', () => {
    expect(RULES.map((rule) => rule.name).sort()).toEqual([...new Set(BROKEN.map(([rule]) => rule))].sort());
  });
});

test.each([
  ['a shape of a row', 'server/db/links.ts', "import type { Link } from '../sync/plan.ts';"],
  ['a preview from a route', 'server/http/api/push.ts', "import { preview } from '../../jobs/push.ts';"],
  ['a moment made of a given one', 'server/accounting/noi.ts', 'const day = new Date(ms);'],
  [
    'a forbidden word in a comment or a text',
    'server/sync/plan.ts',
    "// never await Date.now()\nconst text = 'process.env';",
  ],
  ['the entry point that hands the environment over', 'server/main.ts', "readConfig(process.env, 'start');"],
  [
    'the SDK’s own parts on a screen',
    'extension/screens/Overview.tsx',
    "import { Box } from '@airtable/blocks/ui';",
  ],
])('%s is allowed', (_what, path, text) => {
  expect(violations([scanSource(path, text)])).toEqual([]);
});
