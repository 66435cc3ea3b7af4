import { enableCompileCache } from 'node:module';

/** `npm run cli -- <command>`: everything that a person does to the server from a terminal. */
// Compiled code is kept from one command to the next, which takes half of its start away. It must be asked for first.
enableCompileCache();
const { runProgram } = await import('./program.ts');
// `… status | head` closes the pipe early, which is nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await runProgram(process.argv.slice(2), process);
// Ends by itself when everything is closed; a socket that lingers must not keep the terminal waiting.
setTimeout(() => process.exit(), 2_000).unref();
