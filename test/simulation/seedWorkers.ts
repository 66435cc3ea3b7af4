import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { databaseUrl, onServer, startTestPostgres, TEMPLATE } from '../support/testPostgres.ts';
import type { Pace } from './pace.ts';
import type { SeedResult } from './runSeed.ts';
import type { Order, Report } from './seedWorker.ts';

export type WorkersRequest = {
  seeds: readonly number[];
  pace: Pace;
  workers: number;
  /** Modules that are loaded before the engine, such as one that breaks it. */
  imports?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** @returns whether to go on. */
  onResult(result: SeedResult): boolean;
};

/** What a seed makes is soon garbage: with room for it, little of it is copied about. */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--min-semi-space-size=32',
  '--max-semi-space-size=64',
];

/** Plays seeds in several processes at once, each with a database of its own; results come as they are ready. */
export async function playInWorkers(request: WorkersRequest): Promise<void> {
  const server = await startTestPostgres();
  const left = [...request.seeds];
  try {
    const count = Math.max(1, Math.min(request.workers, left.length));
    const workers = Array.from({ length: count }, async (_, index) => {
      const database = `simulation_${index + 1}`;
      await onServer(server.url, (client) =>
        client.query(`create database ${database} template ${TEMPLATE}`),
      );
      await playOn(databaseUrl(server.url, database), left, request);
    });
    await Promise.all(workers);
  } finally {
    await server.stop();
  }
}

/** Plays what is left, one seed after the other, in a process of its own on a migrated database. */
export async function playOn(
  url: string,
  left: number[],
  { pace, imports = [], env = {}, onResult }: Omit<WorkersRequest, 'seeds' | 'workers'>,
): Promise<void> {
  const child = fork(join(import.meta.dirname, 'seedWorker.ts'), [url], {
    env: { ...process.env, ...env },
    execArgv: [...NODE_FLAGS, ...imports.flatMap((module) => ['--import', module])],
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`A process that plays seeds ended with ${code}.`)),
    );
    child.on('message', (report: Report) => {
      if (report.kind === 'played' && !onResult(report.result)) left.length = 0;
      next(child, left, pace);
    });
  });
}

function next(child: ChildProcess, left: number[], pace: Pace): void {
  const seed = left.shift();
  if (seed === undefined) child.disconnect();
  else child.send({ seed, pace } satisfies Order);
}
