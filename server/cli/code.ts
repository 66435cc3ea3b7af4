import type { Role } from '../db/apiTokens.ts';
import { createPairingCode } from '../jobs/signIn/signIn.ts';
import { CONNECTION_OPTION, textFlag, type Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { withJob } from './withContext.ts';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

/** For people whom Airtable does not let write a row, and for bases that cannot be listened to. */
export const codeCommand: Command = {
  name: 'code',
  usage: '',
  summary: 'Make a one-time code with which a person signs in to the Airtable extension.',
  options: {
    ...CONNECTION_OPTION,
    name: { type: 'string', help: 'Who will use it; stands in the audit.' },
    role: { type: 'string', value: ROLES.join('|'), help: 'viewer where absent.' },
  },
  run: (invocation) =>
    withJob(invocation, async (job) => {
      const { flags, terminal, wantsJson } = invocation;
      const wished = textFlag(flags, 'role') ?? 'viewer';
      const role = ROLES.find((known) => known === wished);
      if (!role)
        throw new CliProblem(`--role must be ${ROLES.join(', ')}, and is "${wished}".`, EXIT.wrongUse);
      const name = textFlag(flags, 'name') ?? `${role} with a code`;
      const { code, expiresAt } = await createPairingCode(job, { role, name });
      if (wantsJson) terminal.json({ code, role, expiresAt });
      else {
        terminal.say(`${code}   (${role}; serves once, for ten minutes)`);
        terminal.say('In the extension: "Use a code instead", then this code.');
      }
      return EXIT.done;
    }),
};
