import { availableParallelism } from 'node:os';

/** Real Postgres, real HTTP and real browsers: a file waits as long as it computes, so two share a core. */
const FILES_A_CORE = 2;

/** The extension's screens without a browser: they need a document and stopped clocks, and so jest's own runner. */
const IN_A_DOCUMENT = 'test/extension/dom';

export default {
  projects: [
    {
      displayName: 'server',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: [`<rootDir>/${IN_A_DOCUMENT}/`],
      // Every file in the same few threads, on modules that are loaded and warm: to load and warm them anew for each of
      // two hundred files takes half as long again. Nothing of ours is mocked, so nothing has to be kept apart. Not in
      // its child processes: several that start at once can miss each other's first word, and wait for ever.
      runner: 'jest-light-runner',
      // Node reads TypeScript itself.
      transform: {},
      setupFiles: ['<rootDir>/test/support/runnerSetup.ts'],
      globalSetup: '<rootDir>/test/support/globalSetup.ts',
      globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
    },
    {
      displayName: 'screens',
      roots: [`<rootDir>/${IN_A_DOCUMENT}`],
      testMatch: ['**/*.test.ts', '**/*.test.tsx'],
      testEnvironment: 'jsdom',
      extensionsToTreatAsEsm: ['.ts', '.tsx'],
      transform: {
        '^.+\\.tsx?$': [
          '@swc/jest',
          {
            jsc: {
              target: 'es2023',
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic' } },
            },
            module: { type: 'es6' },
          },
        ],
      },
    },
  ],
  // Of the screens' tests; jest takes it here alone. The others have their own, see test/support/runnerSetup.ts.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  testSequencer: '<rootDir>/test/support/slowFirst.js',
  // As a number: Jest takes a share above 100% for so many workers.
  maxWorkers: Math.ceil(availableParallelism() * FILES_A_CORE),
};
