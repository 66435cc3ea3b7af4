import { once } from 'node:events';
import { startFirstSync } from '../devNetwork.ts';
import type { ExtensionHost } from '../extensionHost/index.ts';
import { choosePorts, networkFor, openExtension } from './extension.ts';
import { openFeed, type Feed } from './page/feed.ts';
import { startPageServer } from './page/server.ts';
import { planSomething } from './plans.ts';
import { enterShares } from './shares.ts';
import type { Status } from './page/view.ts';
import { openStage } from './stage.ts';

export type LiveOptions = {
  folder: string;
  port: number;
  say(line: string): void;
  /** Lines may be drawn over. */
  isTerminal: boolean;
  stopping: AbortSignal;
};

const WHAT_TO_TRY = `
  What to try
    · Sign in to the extension beside the grid, choose rows of Planned Transactions, and push them to Buildium.
    · Record a rent payment in Buildium: its row appears in Airtable, with its links.
    · Type over a market rent in Airtable: Buildium follows. Over a unit's name: Buildium's value comes back.
    · Change the same market rent on both sides within ten seconds, and settle the conflict in the extension.
    · Take Airtable or Buildium away for 30 seconds and go on working.
    · Plan a transaction of your own in a new row of Planned Transactions; delete a row of Units, and undo it.
    · Rename a table, add a column of your own, delete a field and repair it.

  Ctrl-C stops everything. Nothing is kept: each start tells the story anew.
`;

/** Minutes between sweeps: nobody wants to wait ten to see what a sweep finds. */
const SWEEP_MINUTES = 1;

/** The page with both sides, until somebody stops it. */
export async function showDemo({ folder, port, say, isTerminal, stopping }: LiveOptions): Promise<void> {
  const page = await startPageServer(port);
  say(`\n  The demo is at ${page.url} — open it in a browser; it fills while everything starts.`);
  if (!page.url.endsWith(`:${port}`)) say(`  (Port ${port} is taken by another program.)`);
  say('');
  let feed: Feed | null = null;
  let extension: ExtensionHost | null = null;
  const ports = await choosePorts();
  const opening = openStage({
    folder,
    network: networkFor(ports),
    say: (line) => say(`  ${line}`),
    sweepMinutes: SWEEP_MINUTES,
    onCall: (call) => feed?.called(call),
  });
  try {
    const stage = await opening;
    try {
      feed = openFeed(stage);
      extension = await openExtension(stage, folder, ports);
      page.show({ stage, feed, extension });
      if (!stopping.aborted) {
        await startFirstSync(stage.network);
        await followFirstSync(feed, stopping, progressLine(say, isTerminal));
        if (!stopping.aborted) await planSomething(stage);
        if (!stopping.aborted) await enterShares(stage);
      }
      if (!stopping.aborted) say(`${WHAT_TO_TRY}\n  ${page.url}\n`);
      if (!stopping.aborted) await once(stopping, 'abort');
    } finally {
      await feed?.close();
      await extension?.close();
      await page.close();
      await stage.close();
    }
    say('  Stopped.');
  } finally {
    await page.close();
  }
}

/** Says how far the first sync is, whenever that changes, until it is through. */
async function followFirstSync(
  feed: Feed,
  stopping: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  let words = '';
  await new Promise<void>((resolve) => {
    const stop = feed.listen((message) => {
      if (message.type !== 'status') return;
      const line = inWords(message.status);
      if (line !== words) say(line);
      words = line;
      if (!isStarting(message.status)) end();
    });
    const end = (): void => {
      stopping.removeEventListener('abort', end);
      // The listener may be called while it is being added, before there is a way to remove it.
      queueMicrotask(() => stop());
      resolve();
    };
    stopping.addEventListener('abort', end);
  });
}

function isStarting({ state, progress }: Status): boolean {
  return state === 'preparing' || progress !== null;
}

function inWords(status: Status): string {
  const { progress, comparison, headline } = status;
  if (progress) return `First sync: ${progress.words}`;
  if (isStarting(status)) return `${headline} …`;
  const equal = comparison ? ` ${comparison.values} values compared.` : '';
  return `First sync is through.${equal}`;
}

function progressLine(say: (line: string) => void, isTerminal: boolean): (line: string) => void {
  if (!isTerminal) return (line) => say(`  ${line}`);
  return (line) =>
    void process.stdout.write(`\r\u001b[2K  ${line}${line.startsWith('First sync is') ? '\n' : ''}`);
}
