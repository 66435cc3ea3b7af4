import { registerHooks } from 'node:module';
import { addEventHandler } from 'jest-circus';

/**
 * The runner loads a test file as Node loads any module, beside what earlier files have loaded. Two things that jest's
 * own runner does are missing then, and are done here: `@jest/globals` can be imported, and what hangs is told.
 */
const GLOBALS = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'jest', 'test'];

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === '@jest/globals'
      ? {
          url: `data:text/javascript,export const { ${GLOBALS.join(', ')} } = globalThis;`,
          format: 'module',
          shortCircuit: true,
        }
      : nextResolve(specifier, context),
});

/** What a busy machine needs for the longest of them, several times over. A test may name its own. */
const LIMIT_MS = 180_000;

addEventHandler((event, { currentDescribeBlock: block }) => {
  if (event.name === 'add_test') {
    const added = block.children.at(-1);
    if (added?.type === 'test') added.fn = within(event.timeout, added.fn);
  }
  if (event.name === 'add_hook') {
    const added = block.hooks.at(-1);
    if (added) added.fn = within(event.timeout, added.fn);
  }
});

type Step = (...given: never[]) => unknown;

function within<Fn extends Step | undefined>(limitMs: number | undefined, step: Fn): Fn {
  if (!step) return step;
  const limited = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const ms = limitMs ?? LIMIT_MS;
      timer = setTimeout(() => reject(new Error(`It was not over after ${ms / 1000} seconds.`)), ms);
    });
    try {
      await Promise.race([step(), tooLong]);
    } finally {
      clearTimeout(timer);
    }
  };
  return limited as unknown as Fn;
}
