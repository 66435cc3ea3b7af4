import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

/** What a child process can be asked for: each call takes one value and answers one. */
export type Calls = Record<string, (input: never) => unknown>;

type Question = { number: number; name: string; input: unknown };
type Reply = { number: number; value?: unknown; error?: string };

export type Child<C extends Calls> = {
  call<Name extends keyof C & string>(
    name: Name,
    input: Parameters<C[Name]>[0],
  ): Promise<Awaited<ReturnType<C[Name]>>>;
  /** Ends it with SIGKILL when it doesn't end by itself. */
  stop(): Promise<void>;
};

const STOP_WITHIN_MS = 30_000;

/** Starts a module of this folder in a process of its own, so that what is measured has a processor to itself. */
export function startChild<C extends Calls>(
  module: string,
  { flags = [], environment = {} }: { flags?: string[]; environment?: Record<string, string> } = {},
): Child<C> {
  const process = fork(fileURLToPath(new URL(module, import.meta.url)), {
    serialization: 'advanced',
    execArgv: flags,
    env: { ...env, ...environment },
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  process.on('message', (reply: Reply) => {
    waiting.get(reply.number)?.(reply);
    waiting.delete(reply.number);
  });
  process.on('exit', (code) => {
    const error = `${module} ended with code ${String(code)}`;
    for (const [number, settle] of waiting) settle({ number, error });
    waiting.clear();
  });
  return {
    call: (name, input) => {
      asked += 1;
      const question: Question = { number: asked, name, input };
      return new Promise((resolve, reject) => {
        waiting.set(question.number, ({ value, error }) => {
          if (error === undefined) resolve(value as never);
          else reject(new Error(error));
        });
        process.send(question);
      });
    },
    stop: () => stop(process),
  };
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exited = once(process, 'exit');
  const timer = setTimeout(() => process.kill('SIGKILL'), STOP_WITHIN_MS);
  if (process.connected) process.disconnect();
  await exited;
  clearTimeout(timer);
}

/** The child's half: answers calls until the parent lets go, then closes. */
export function serveCalls<C extends Calls>(calls: C, close: () => Promise<void>): void {
  process.on('message', (question: Question) => {
    const call = calls[question.name];
    const answer = (reply: Omit<Reply, 'number'>): void => {
      if (process.connected) process.send?.({ number: question.number, ...reply });
    };
    Promise.resolve()
      .then(() => call?.(question.input as never))
      .then(
        (value) => answer({ value }),
        (error: unknown) =>
          answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => {
    void close().finally(() => process.exit(0));
  });
}
