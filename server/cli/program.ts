import { parseArgs } from 'node:util';
import { createContext } from '../context.ts';
import { helpOf, parseOptions, type Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { CliProblem, EXIT, type ExitCode } from './problem.ts';
import { openTerminal, type Input, type Output } from './terminal.ts';

/** Where a command is given: this process's own, or what stands in its place. */
export type Shell = {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Opens the parts in another way, at another pace say. */
  createContext?: typeof createContext;
};

/** Carries out a command line, and answers the code that the process ends with. */
export async function runProgram(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name.startsWith('-')) {
    shell.stdout.write(`${overview()}\n`);
    return name === undefined || name === '--help' || name === 'help' ? EXIT.done : EXIT.wrongUse;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  try {
    if (!command) throw new CliProblem(`There is no command "${name}". --help lists them.`, EXIT.wrongUse);
    return await run(command, rest, shell);
  } catch (error) {
    if (error instanceof CliProblem) {
      shell.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    shell.stderr.write(
      `This should not have happened:\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return EXIT.needsPerson;
  }
}

async function run(command: Command, args: readonly string[], shell: Shell): Promise<ExitCode> {
  const { values, positionals } = parsed(command, args);
  if (values['help']) {
    shell.stdout.write(`${helpOf(command)}\n`);
    return EXIT.done;
  }
  const { atLeast = 0, atMost = 0 } = command.words ?? {};
  if (positionals.length < atLeast || positionals.length > atMost) {
    throw new CliProblem(`Usage: npm run cli -- ${command.name} ${command.usage}`.trimEnd(), EXIT.wrongUse);
  }
  const wantsJson = values['json'] === true;
  const terminal = openTerminal({
    input: shell.stdin,
    output: shell.stdout,
    errorOutput: shell.stderr,
    json: wantsJson,
    yes: values['yes'] === true,
  });
  return command.run({
    ...{ flags: values, words: positionals, terminal, wantsJson },
    ...{ environment: shell.env, errorOutput: shell.stderr },
    createContext: shell.createContext ?? createContext,
  });
}

function parsed(
  command: Command,
  args: readonly string[],
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parseOptions(command.options),
      allowPositionals: true,
    });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    // parseArgs names the flag and never its value.
    throw new CliProblem(`${(error as Error).message.split('. ')[0]}.\n\n${helpOf(command)}`, EXIT.wrongUse);
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'npm run cli -- <command> [flags]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'npm run cli -- <command> --help tells the rest.',
    'Exit codes: 0 done, 1 something needs a person, 2 wrong use or configuration, 3 a decision is waiting.',
  ].join('\n');
}
