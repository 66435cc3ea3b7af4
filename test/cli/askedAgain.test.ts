import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { runProgram } from '../../server/cli/program.ts';
import { listConnections } from '../../server/db/connections.ts';
import { startTwoSides, type TwoSides } from '../support/twoSides.ts';
import { createQuickContext, environmentFor } from './runCli.ts';

let sides: TwoSides;
beforeAll(async () => {
  sides = await startTwoSides();
}, 60_000);
afterAll(() => sides.close());

/** A person at a terminal, who answers each question as it stands at the end of what is shown. */
function person(answers: readonly (readonly [RegExp, string])[]): {
  terminal: { stdin: PassThrough; stdout: PassThrough; stderr: PassThrough };
  shown: () => string;
  left: () => number;
} {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const open = [...answers];
  let shown = '';
  let sinceAnswer = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    sinceAnswer += text;
    const [question, answer] = open[0] ?? [/$^/, ''];
    if (!question.test(sinceAnswer)) return;
    open.shift();
    sinceAnswer = '';
    // The question is written before the answer is waited for.
    setImmediate(() => input.write(`${answer}\n`));
  });
  const terminal = { stdin: input, stdout: output, stderr: output };
  return { terminal, shown: () => shown, left: () => open.length };
}

test('wrong answers at a terminal are asked again, what was right is kept by Enter, and nothing ends the program', async () => {
  const { airtable, buildium } = sides;
  const environment = {
    ...environmentFor(sides),
    ...{ BUILDIUM_ENVIRONMENT: 'localhost', BUILDIUM_CLIENT_SECRET: '' },
    ...{ AIRTABLE_BASE_ID: 'appWrong000000000', AIRTABLE_URL: 'http://127.0.0.1:9' },
  };
  const at = person([
    [/The address: $/, buildium.url],
    [/client secret.*: $/, 'mistyped'],
    [/Answer again\?.*: $/, 'y'],
    [/Address of Buildium \[.*\]: $/, ''],
    [/client id \[.*\]: $/, ''],
    [/client secret.*: $/, buildium.clientSecret],
    [/Answer again\?.*: $/, ''],
    [/Address of Airtable.*: $/, 'nonsense'],
    [/no address[^]*Address of Airtable.*: $/, airtable.url],
    [/access token.*keeps the last one.*: $/, ''],
    [/Number \[1\]: $/, '1'],
    [/Name of this connection.*: $/, 'Maple'],
    [/Time zone.*: $/, 'Mars'],
    [/no time zone[^]*Time zone.*: $/, 'America/Chicago'],
    [/months back.*: $/, 'many'],
    [/months back.*: $/, '12'],
    [/Airtable plan.*: $/, 'gold'],
    [/Airtable plan.*: $/, 'Business'],
    [/Secret of the Buildium webhook.*: $/, ''],
  ]);
  const code = await runProgram(['setup', '--no-wait'], {
    ...{ ...at.terminal, env: environment },
    createContext: createQuickContext,
  });
  expect([code, at.left()]).toEqual([0, 0]);
  expect(at.shown()).toContain('If the address is right, it is away for a while.');
  expect(at.shown()).not.toContain('by itself');
  expect(at.shown()).not.toContain(buildium.clientSecret);
  // The address that .env.example shows reaches nobody.
  expect(at.shown()).toContain('set PUBLIC_URL to your own');
  const [stored] = await listConnections(sides.fresh.database);
  expect(stored).toMatchObject({
    ...{ name: 'Maple', timeZone: 'America/Chicago', airtableBaseId: airtable.baseId },
    settings: { historyMonths: 12, airtablePlan: 'business' },
  });
}, 60_000);
