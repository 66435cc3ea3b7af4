import { openSharedClient } from './simulatedDatabase.ts';
import type { Pace } from './pace.ts';
import { runSeed, type SeedResult } from './runSeed.ts';
import { makeTemplate } from './template.ts';

/** What the parent process asks for, and what it is told. */
export type Order = { seed: number; pace: Pace };
export type Report = { kind: 'ready' } | { kind: 'played'; result: SeedResult };

/** Plays the seeds that its parent names, one after the other, on the database whose address it is given. */
const [url = ''] = process.argv.slice(2);
const shared = await openSharedClient(url);
const template = await makeTemplate(shared);

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

process.on('message', ({ seed, pace }: Order) => {
  void runSeed(shared, template, seed, pace).then((result) => report({ kind: 'played', result }));
});
// Nobody asks any more, be it after the last seed or because the parent was stopped in the midst of one.
process.on('disconnect', () => void shared.close().finally(() => process.exit()));
report({ kind: 'ready' });
