import { isPlainDate } from '../../shared/dates.ts';
import { exportJournal } from '../jobs/ledger/exportJournal.ts';
import { CONNECTION_OPTION, textFlag, type Command, type Flags } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { withJob } from './withContext.ts';

export const exportCommand: Command = {
  name: 'export',
  usage: '',
  summary: "Write the properties' ledger as a journal for hledger or ledger, to stdout.",
  options: {
    ...CONNECTION_OPTION,
    format: { type: 'string', value: 'hledger', help: 'The only one there is.' },
    basis: { type: 'string', value: 'cash|accrual', help: 'Cash where absent.' },
    from: { type: 'string', value: 'day', help: 'First day; the first of this year where absent.' },
    to: { type: 'string', value: 'day', help: 'Last day; today where absent.' },
  },
  notes: [
    'Reads the ledger of these days from Buildium first: npm run -s cli -- export --from 2026-01-01 > books.journal',
  ],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const format = textFlag(flags, 'format') ?? 'hledger';
    if (format !== 'hledger')
      throw new CliProblem(`There is no format "${format}": hledger is the only one.`, EXIT.wrongUse);
    const wish = { basis: basisFlag(flags), from: dayFlag(flags, 'from'), to: dayFlag(flags, 'to') };
    return withJob(invocation, async (job) => {
      const journal = await exportJournal(job, wish);
      if (!journal.ok) throw new CliProblem(journal.error.message);
      if (invocation.wantsJson) terminal.json({ format, journal: journal.value });
      else terminal.say(journal.value);
      return EXIT.done;
    });
  },
};

export function basisFlag(flags: Flags): 'cash' | 'accrual' {
  const text = textFlag(flags, 'basis') ?? 'cash';
  if (text === 'cash' || text === 'accrual') return text;
  throw new CliProblem(`--basis must be cash or accrual, and is "${text}".`, EXIT.wrongUse);
}

function dayFlag(flags: Flags, name: string): string | null {
  const text = textFlag(flags, name);
  if (text === undefined || isPlainDate(text)) return text ?? null;
  throw new CliProblem(`--${name} must be a day such as 2026-01-31, and is "${text}".`, EXIT.wrongUse);
}
