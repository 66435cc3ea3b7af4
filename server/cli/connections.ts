import { listConnections } from '../db/connections.ts';
import type { Command } from './command.ts';
import { EXIT } from './problem.ts';
import { table } from './terminal.ts';
import { withContext } from './withContext.ts';

export const connectionsCommand: Command = {
  name: 'connections',
  usage: '',
  summary: 'List the connections of this server.',
  options: {},
  run: (invocation) =>
    withContext(invocation, async ({ database }) => {
      const { terminal, wantsJson } = invocation;
      const connections = (await listConnections(database)).map((row) => ({
        connectionId: row.connectionId,
        name: row.name,
        state: row.state,
        buildiumUrl: row.buildiumUrl,
        buildiumAccountId: row.buildiumAccountId,
        airtableBaseId: row.airtableBaseId,
        timeZone: row.timeZone,
        createdAt: row.createdAt,
      }));
      if (wantsJson) terminal.json({ connections });
      else if (connections.length === 0) terminal.say('No connection yet: `npm run cli -- setup` makes one.');
      else {
        const head = ['ID', 'Name', 'State', 'Buildium account', 'Airtable base'];
        const rows = connections.map((one) => [
          one.connectionId,
          one.name,
          one.state,
          String(one.buildiumAccountId ?? '?'),
          one.airtableBaseId,
        ]);
        for (const line of table([head, ...rows])) terminal.say(line);
      }
      return EXIT.done;
    }),
};
