import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../server/db/embeddedPostgres.ts';
import { openDatabase } from '../../server/db/database.ts';
import { accounting } from './accounting.ts';
import { burst } from './burst.ts';
import { databaseAway } from './databaseAway.ts';
import { edits } from './edits.ts';
import { firstSync } from './firstSync.ts';
import { largeAccount } from './largeAccount.ts';
import { manyConnections } from './manyConnections.ts';
import { manyLinks } from './manyLinks.ts';
import type { Bench, Measurement } from './measurement.ts';
import { moneyTables } from './moneyTables.ts';
import { planner } from './planner.ts';
import { quietEvent } from './quietEvent.ts';
import { webhooks } from './webhooks.ts';
import { asObject, asTable } from './report.ts';

const USAGE = `How fast the product is, against its goals: real HTTP, a real durable Postgres, simulated services with
their rules. Exits with 1 when a goal is missed.

  npm run bench -- [--json] [--quick] [--only firstSync,burst,…]
`;

const BENCHES: Record<string, Bench> = {
  firstSync,
  burst,
  webhooks,
  databaseAway,
  quietEvent,
  manyLinks,
  largeAccount,
  manyConnections,
  moneyTables,
  accounting,
  edits,
  planner,
};

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** Nothing here may run for ever, whatever hangs. */
const LONGEST_MS = values.quick ? 8 * 60_000 : 50 * 60_000;

if (values.help) console.log(USAGE);
else process.exitCode = await run();

async function run(): Promise<number> {
  const wanted = values.only?.split(',') ?? Object.keys(BENCHES);
  const unknown = wanted.filter((name) => !BENCHES[name]);
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}. Known: ${Object.keys(BENCHES).join(', ')}.`);
    return 1;
  }
  const scratchFolder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
  const postgres = await startEmbeddedPostgres({ dataFolder: join(scratchFolder, 'postgres') });
  const measured: Measurement[] = [];
  setTimeout(() => {
    report(measured);
    console.error(
      `The benchmark did not end within ${LONGEST_MS / 60_000} minutes: what is missing was not measured.`,
    );
    process.exit(1);
  }, LONGEST_MS).unref();
  let databases = 0;
  try {
    for (const name of wanted) {
      const startedAtMs = performance.now();
      say(`${name} …`);
      const newDatabase = async (): Promise<string> => {
        databases += 1;
        return createDatabase(postgres.url, `bench_${databases}`);
      };
      const { quick } = values;
      const bench = BENCHES[name]?.({ quick, say, scratchFolder, newDatabase });
      measured.push(...((await bench?.catch((error: unknown) => [brokenOff(name, error)])) ?? []));
      say(`${name} took ${Math.round((performance.now() - startedAtMs) / 1000)} s`);
    }
  } finally {
    await postgres.stop();
    rmSync(scratchFolder, { recursive: true, force: true });
    rmSync(postgres.dataFolder, { recursive: true, force: true });
  }
  report(measured);
  return measured.every(({ isMet }) => isMet) ? 0 : 1;
}

function report(measured: readonly Measurement[]): void {
  console.log(
    values.json ? JSON.stringify(asObject(measured, values.quick)) : asTable(measured, values.quick),
  );
}

/** One that fails is a goal missed, and the others are measured all the same. */
function brokenOff(name: string, error: unknown): Measurement {
  const achieved = `broken off: ${error instanceof Error ? error.message : String(error)}`;
  return { name, wanted: 'runs to its end', achieved, isMet: false, details: {} };
}

/** Beside the result, so that `--json` prints one object and nothing else. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const database = openDatabase(serverUrl, { max: 1 });
  await database.execute(`create database ${name}`);
  await database.close();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
