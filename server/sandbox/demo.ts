import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { showDemo } from './demo/live.ts';
import { playOnce } from './demo/once.ts';

const USAGE = `The sync between simulated Buildium and Airtable, live.

  npm run demo                        a page that shows both sides; Ctrl-C stops it
  npm run demo -- --once              plays the story without a browser and checks every outcome
  npm run demo -- --once --json       the same, one JSON object a line and a summary at the end

  --port 4040                         the page's port; a free one when it is taken
`;

/** Git-ignored, as everything that programs write. */
const FOLDER = join(import.meta.dirname, '../../.data');

const options = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  port: { type: 'string', default: '4040' },
  help: { type: 'boolean', default: false },
} as const;

/** `npm run demo`. Ends the process itself: a browser's open page must not keep the terminal waiting. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  const port = Number(values.port);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(`--port must be a whole number from 0 to 65535, not "${values.port}".\n`);
    return 2;
  }
  const write = (line: string): void => void process.stdout.write(`${line}\n`);
  // With --json stdout holds the results and nothing else.
  const say = values.json ? (line: string): void => void process.stderr.write(`${line}\n`) : write;
  const stopping = stopOnSignal(say);
  if (values.once) {
    const folder = join(FOLDER, 'demo-once');
    const ok = await playOnce({ folder, json: values.json, write, say, stopping });
    return stopping.aborted ? 130 : ok ? 0 : 1;
  }
  await showDemo({ folder: join(FOLDER, 'demo'), port, say, isTerminal: process.stdout.isTTY, stopping });
  return 0;
}

/** One Ctrl-C in a terminal can reach us twice: from the terminal itself, and passed on by npm. */
const SAME_KEYSTROKE_MS = 500;

/** The first Ctrl-C stops in order, the second at once: PostgreSQL ends with this process either way. */
function stopOnSignal(say: (line: string) => void): AbortSignal {
  const stopping = new AbortController();
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) {
        if (performance.now() - firstAt > SAME_KEYSTROKE_MS) process.exit(130);
        return;
      }
      firstAt = performance.now();
      say('\nStopping … (Ctrl-C again stops at once)');
      stopping.abort();
    });
  }
  return stopping.signal;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(
    `The demo could not go on: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}
