import { rotateKeys } from '../jobs/connect/rotateKeys.ts';
import type { Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { counted } from './terminal.ts';
import { withContext } from './withContext.ts';

export const keysCommand: Command = {
  name: 'keys',
  usage: 'rotate',
  summary: 'Encrypt everything stored under the first key of ENCRYPTION_KEYS.',
  notes: [
    'To replace a key: put the new one in front of the old one in ENCRYPTION_KEYS, restart every server process,',
    'run this, and take the old one out again.',
  ],
  options: {},
  words: { atLeast: 1, atMost: 1 },
  run: (invocation) => {
    if (invocation.words[0] !== 'rotate')
      throw new CliProblem('Usage: npm run cli -- keys rotate', EXIT.wrongUse);
    return withContext(invocation, async ({ database, keyring }) => {
      const { resealed, unreadable } = await rotateKeys(database, keyring);
      const { terminal, wantsJson } = invocation;
      if (wantsJson) terminal.json({ resealed, unreadable });
      else {
        terminal.say(`${counted(resealed, 'stored secret was', 'stored secrets were')} encrypted anew.`);
        for (const { where, reason } of unreadable) terminal.say(`${where} cannot be opened (${reason}).`);
        if (unreadable.length > 0)
          terminal.say('Keep the old keys, or store these again with `npm run cli -- setup`.');
      }
      return unreadable.length === 0 ? EXIT.done : EXIT.needsPerson;
    });
  },
};
