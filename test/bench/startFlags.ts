import { readFileSync } from 'node:fs';

/** The flags that `npm start` gives to Node, so that the measured server runs as the real one does. */
export function startFlags(): string[] {
  const file = new URL('../../package.json', import.meta.url);
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> };
  return (scripts['start'] ?? '').split(' ').filter((part) => part.startsWith('--'));
}
