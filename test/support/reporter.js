import { writeSync } from 'node:fs';

/**
 * Beside jest's own output: one last line that a machine can read.
 * Written at the very end of the process, after what globalTeardown may have to say.
 */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A file that does not even load counts no test by itself.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.once('exit', () => {
      writeSync(1, `tests: ${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}
