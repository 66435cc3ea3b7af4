/** What a command ends with. Scripts may rely on them. */
export const EXIT = {
  done: 0,
  /** Something needs a person: a check that failed, a key that was refused. */
  needsPerson: 1,
  /** A wrong flag, or a missing or wrong variable. */
  wrongUse: 2,
  /** A decision is waiting: proposed pairs, a question that cannot be asked without a terminal. */
  waiting: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for the person in front of it; anything else that is thrown is a bug. */
export class CliProblem extends Error {
  override name = 'CliProblem';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.needsPerson) {
    super(message);
    this.exitCode = exitCode;
  }
}
