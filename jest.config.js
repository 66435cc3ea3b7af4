import { availableParallelism } from 'node:os';

/** Real Postgres, real HTTP and real browsers: a file waits about as long as it computes, so three share two cores. */
const FILES_A_CORE = 1.5;

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
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
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  testSequencer: '<rootDir>/test/support/slowFirst.js',
  // As a number: Jest takes a share above 100% for so many workers.
  maxWorkers: Math.ceil(availableParallelism() * FILES_A_CORE),
  testTimeout: 30_000,
};
