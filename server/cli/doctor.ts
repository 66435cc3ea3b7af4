import type { Context } from '../context.ts';
import { listConnections, type ConnectionRow } from '../db/connections.ts';
import { examineConnection } from '../jobs/watch/doctor.ts';
import { examineServer } from '../jobs/watch/doctorServer.ts';
import { problem, type Finding } from '../jobs/watch/finding.ts';
import { CONNECTION_OPTION, textFlag, type Command, type Invocation } from './command.ts';
import { EXIT } from './problem.ts';
import { hasProblem, sayFindings } from './sayFindings.ts';
import { chosenConnection, withContext } from './withContext.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary:
    'Say what is healthy, and what to do about what is not. Exit code 1 when something needs a person.',
  options: { ...CONNECTION_OPTION },
  run: (invocation) =>
    withContext(invocation, async (context) => {
      const { terminal, wantsJson } = invocation;
      const server = await examineServer(context.database, context.config);
      const connections = await wanted(context, invocation);
      if (connections.length === 0) server.push(NOT_CONNECTED);
      if (!wantsJson) {
        terminal.say('Server');
        sayFindings(terminal, server);
      }
      const examined = [];
      for (const connection of connections) {
        const findings = await examine(context, connection);
        if (!wantsJson) {
          terminal.say();
          terminal.say(`${connection.name} (${connection.connectionId})`);
          sayFindings(terminal, findings, connection.timeZone);
        }
        examined.push({ connectionId: connection.connectionId, name: connection.name, findings });
      }
      const all = [...server, ...examined.flatMap((one) => one.findings)];
      const isHealthy = !hasProblem(all);
      if (wantsJson) terminal.json({ isHealthy, server, connections: examined });
      else {
        terminal.say();
        terminal.say(inOneSentence(all));
      }
      return isHealthy ? EXIT.done : EXIT.needsPerson;
    }),
};

function inOneSentence(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  const [problems, notes] = [count('problem'), count('note')];
  if (problems > 0) return `${problems} ${problems === 1 ? 'thing needs' : 'things need'} a person.`;
  if (notes === 0) return 'Everything is in order.';
  return `Nothing needs a person; ${notes} ${notes === 1 ? 'thing is' : 'things are'} worth knowing (·).`;
}

const NOT_CONNECTED = problem(
  'Connection',
  'Nothing is connected yet.',
  '`npm run cli -- setup` connects a Buildium account with an Airtable base.',
);

async function wanted(context: Context, invocation: Invocation): Promise<ConnectionRow[]> {
  if (textFlag(invocation.flags, 'connection') !== undefined)
    return [await chosenConnection(context, invocation)];
  return listConnections(context.database);
}

/** A connection whose stored keys do not open must not hide how the others are. */
async function examine(context: Context, connection: ConnectionRow): Promise<Finding[]> {
  try {
    const job = await context.jobFor(connection.connectionId);
    return job ? await examineConnection(job, connection) : [];
  } catch (error) {
    return [problem('Connection', error instanceof Error ? error.message : String(error))];
  }
}
