import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playOnce } from './demo/once.ts';

const FOLDER = join(import.meta.dirname, '../../.data');

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const write = (line: string): void => void process.stdout.write(`${line}\n`);

const ok = await playOnce({
  folder: join(FOLDER, 'demo-once'),
  json: values.json,
  say,
  write,
  onOpen: () => undefined,
});
process.exit(ok ? 0 : 1);
