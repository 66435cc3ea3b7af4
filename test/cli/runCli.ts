import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { createContext } from '../../server/context.ts';
import { runProgram } from '../../server/cli/program.ts';
import { ENCRYPTION_KEY, type TwoSides } from '../support/twoSides.ts';

const MAIN = resolve(import.meta.dirname, '../../server/cli/main.ts');

/** What the simulated services allow here; the real pace is what the tests of the budget are for. */
const PACE = { buildiumRequestsPerSecond: 500, airtableRequestsPerSecond: 500 };

export const createQuickContext: typeof createContext = (options) =>
  createContext({ ...options, config: { ...options.config, ...PACE } });

export type CliResult = { code: number | null; stdout: string; stderr: string };

/** The command with nobody to answer its questions, without the second that a process of its own takes to start. */
export async function runCli(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<CliResult> {
  const said = { stdout: '', stderr: '' };
  const into = (name: keyof typeof said): Writable =>
    new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        said[name] += text;
        done();
      },
    });
  const code = await runProgram(args, {
    ...{ stdin: Readable.from([]), stdout: into('stdout'), stderr: into('stderr'), env: environment },
    createContext: createQuickContext,
  });
  return { code, ...said };
}

/** The command as a person starts it: a process that ends by itself. */
export function spawnCli(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<CliResult> {
  return new Promise((finish, fail) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', (code) => finish({ code, stdout, stderr }));
  });
}

/** What a machine's environment holds for these two sides; keys included, so that no flag needs them. */
export function environmentFor({ buildium, airtable, fresh }: TwoSides): Record<string, string> {
  return {
    DATABASE_URL: fresh.url,
    ENCRYPTION_KEYS: ENCRYPTION_KEY,
    PUBLIC_URL: 'https://sync.example.com',
    BUILDIUM_ENVIRONMENT: buildium.url,
    BUILDIUM_CLIENT_ID: buildium.clientId,
    BUILDIUM_CLIENT_SECRET: buildium.clientSecret,
    AIRTABLE_URL: airtable.url,
    AIRTABLE_TOKEN: airtable.token,
    AIRTABLE_BASE_ID: airtable.baseId,
  };
}
