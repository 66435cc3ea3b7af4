import type { ParseArgsOptionsConfig } from 'node:util';
import type { createContext } from '../context.ts';
import type { ExitCode } from './problem.ts';
import { CliProblem, EXIT } from './problem.ts';
import type { Output, Terminal } from './terminal.ts';

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export type Invocation = {
  flags: Flags;
  /** What stands after the command without a dash. */
  words: readonly string[];
  terminal: Terminal;
  /** The environment, for secrets that must not stand in the list of processes. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Where the log goes, when one is wanted. */
  errorOutput: Output;
  createContext: typeof createContext;
  wantsJson: boolean;
};

export type Command = {
  name: string;
  /** What stands after the name. */
  usage: string;
  summary: string;
  /** Lines below the flags. */
  notes?: readonly string[];
  options: Readonly<Record<string, Option>>;
  /** How many words may follow. */
  words?: { atLeast: number; atMost: number };
  run(invocation: Invocation): Promise<ExitCode>;
};

export type Option = { type: 'string' | 'boolean'; help: string; value?: string };

/** Every command has these. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  help: { type: 'boolean', help: 'Show this and do nothing.' },
  json: { type: 'boolean', help: 'One JSON document on stdout; prose goes to stderr.' },
  yes: { type: 'boolean', help: 'Never ask; what is missing is an error.' },
};

/** For commands that work on one connection. */
export const CONNECTION_OPTION: Readonly<Record<string, Option>> = {
  connection: {
    type: 'string',
    value: 'id',
    help: 'Which connection; needed only where there is more than one.',
  },
};

export function parseOptions(options: Command['options']): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries({ ...options, ...COMMON_OPTIONS }).map(([name, { type }]) => [name, { type }]),
  );
}

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** @throws CliProblem when the flag is there and no whole number in the range. */
export function numberFlag(
  flags: Flags,
  name: string,
  range: { from: number; to: number },
): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= range.from && value <= range.to) return value;
  throw new CliProblem(
    `--${name} must be a whole number from ${range.from} to ${range.to}, and is ${JSON.stringify(text)}.`,
    EXIT.wrongUse,
  );
}

export function helpOf(command: Command): string {
  const lines = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(
    ([name, option]) =>
      [`  --${name}${option.type === 'string' ? ` <${option.value ?? 'text'}>` : ''}`, option.help] as const,
  );
  const width = Math.max(...lines.map(([flag]) => flag.length));
  return [
    `npm run cli -- ${command.name}${command.usage ? ` ${command.usage}` : ''}`,
    '',
    command.summary,
    '',
    ...lines.map(([flag, help]) => `${flag.padEnd(width)}  ${help}`),
    ...(command.notes ? ['', ...command.notes] : []),
  ].join('\n');
}
