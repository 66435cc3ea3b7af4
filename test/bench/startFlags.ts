import { readFileSync } from 'node:fs';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The flags that `npm start` gives to Node, so that the measured server runs as the real one does. */
export function startFlags(): string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  return (scripts['start'] ?? '').split(' ').filter((part) => part.startsWith('--'));
}

/** What the image says to the C library's allocator, which Node cannot be told by a flag. */
export function allocatorSettings(): Record<string, string> {
  return Object.fromEntries(
    [...read('Dockerfile').matchAll(/\b(MALLOC_\w+)=(\d+)/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}
