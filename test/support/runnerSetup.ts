import { registerHooks } from 'node:module';
import { addEventHandler } from 'jest-circus';

// The runner loads a test file as Node loads any module, beside what earlier files have loaded. Two things that jest's
// own runner does are missing then, and are done here: `@jest/globals` can be imported, and what hangs is told.

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
    if (added?.type === 'test' && added.fn) added.fn = limited(added.fn, event.timeout);
  }
  if (event.name === 'add_hook') {
    const added = block.hooks.at(-1);
    if (added) added.fn = limited(added.fn, event.timeout);
  }
});

/** The same step, which fails once it takes too long. */
function limited(step: (...given: never[]) => unknown, limitMs = LIMIT_MS): () => Promise<void> {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const problem = new Error(`It was not over after ${limitMs / 1000} seconds.`);
      timer = setTimeout(() => reject(problem), limitMs);
    });
    try {
      await Promise.race([step(), tooLong]);
    } finally {
      clearTimeout(timer);
    }
  };
}
