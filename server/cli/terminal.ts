import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { CliProblem, EXIT } from './problem.ts';

/** The person in front of the command, or the script that reads it. */
export type Terminal = {
  /** Whether questions can be asked. */
  isInteractive: boolean;
  /** A line of the answer. With --json only the document at the end is printed to stdout. */
  say(line?: string): void;
  /** The machine-readable answer. */
  json(document: unknown): void;
  ask(question: string, defaultAnswer?: string): Promise<string>;
  /** The answer is not shown while it is typed. */
  askSecret(question: string): Promise<string>;
  choose<T>(question: string, options: readonly { label: string; value: T }[]): Promise<T>;
  confirm(question: string, defaultAnswer: boolean): Promise<boolean>;
  /** Draws the lines in the place of the last ones; without a terminal, only lines that are new. */
  redraw(lines: readonly string[]): void;
};

export type Input = Readable & { isTTY?: boolean };
export type Output = Writable & { isTTY?: boolean };

export type TerminalOptions = {
  input: Input;
  output: Output;
  /** Where prose goes with --json, so that stdout holds one document and nothing else. */
  errorOutput: Output;
  json: boolean;
  /** Never asks, even in front of a person. */
  yes: boolean;
};

export function openTerminal(options: TerminalOptions): Terminal {
  const { input, output, errorOutput, json, yes } = options;
  const prose = json ? errorOutput : output;
  const isInteractive = input.isTTY === true && prose.isTTY === true && !yes;
  let drawn: readonly string[] = [];

  const ask = async (question: string, defaultAnswer?: string): Promise<string> => {
    if (!isInteractive) throw cannotAsk(question);
    const shown = defaultAnswer ? `${question} [${defaultAnswer}]: ` : `${question}: `;
    const answer = (await readLine(input, prose, shown)).trim();
    return answer === '' ? (defaultAnswer ?? '') : answer;
  };

  return {
    isInteractive,
    say: (line = '') => {
      drawn = [];
      prose.write(`${line}\n`);
    },
    json: (document) => {
      output.write(`${JSON.stringify(document, null, 2)}\n`);
    },
    ask,
    askSecret: async (question) => {
      if (!isInteractive) throw cannotAsk(question);
      prose.write(`${question}: `);
      const answer = await readLine(input, silent(), '');
      prose.write('\n');
      return answer.trim();
    },
    choose: async (question, choices) => {
      prose.write(`${question}\n${choices.map(({ label }, index) => `  ${index + 1}. ${label}\n`).join('')}`);
      for (;;) {
        const chosen = choices[Number(await ask('Number', '1')) - 1];
        if (chosen) return chosen.value;
        prose.write(`Please answer with a number from 1 to ${choices.length}.\n`);
      }
    },
    confirm: async (question, defaultAnswer) => {
      const answer = await ask(`${question} (${defaultAnswer ? 'Y/n' : 'y/N'})`);
      return answer === '' ? defaultAnswer : /^y(es)?$/i.test(answer);
    },
    redraw: (lines) => {
      if (prose.isTTY) {
        const up = drawn.length > 0 ? `\u001b[${drawn.length}A` : '';
        prose.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
      } else {
        for (const line of lines) if (!drawn.includes(line)) prose.write(`${line}\n`);
      }
      drawn = lines;
    },
  };
}

function cannotAsk(question: string): CliProblem {
  return new CliProblem(
    `"${question}" has no answer and there is nobody to ask: give it as a variable or a flag (--help lists both).`,
    EXIT.wrongUse,
  );
}

async function readLine(input: Input, output: Writable, prompt: string): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  try {
    return await reader.question(prompt);
  } finally {
    reader.close();
  }
}

/** readline echoes what is typed to its output: secrets are typed into nothing. */
function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** `1 row`, `2 rows`; with a verb, `counted(count, 'row waits', 'rows wait')`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
