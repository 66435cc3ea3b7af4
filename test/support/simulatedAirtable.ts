import {
  createAirtableClient,
  type AirtableClient,
  type AirtableTable,
} from '../../server/airtable/client.ts';
import type { Database } from '../../server/db/database.ts';
import { startAirtableSimulator, type AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { asSimulatorClock } from './manualClock.ts';
import { testOutbound, type TestOutbound } from './testOutbound.ts';

export type SimulatedAirtable = TestOutbound & {
  simulator: AirtableSimulator;
  client: AirtableClient;
  /** A client as it is after a change of its options. */
  clientWith(change: { token?: string; baseId?: string }): AirtableClient;
  /** POST /__control/…: what a test breaks and a person does. */
  control(path: string, body: unknown): Promise<unknown>;
};

let worlds = 0;

/** The Airtable simulator and our client on one manual clock: its rate limiter sees exactly when we call. */
export async function simulatedAirtable(
  database: Database,
  options: { monthlyCallLimit?: number; recordsPerBase?: number } = {},
): Promise<SimulatedAirtable> {
  const out = testOutbound(database);
  // A base and token of its own: budgets of earlier worlds in the same database lie in this one's future.
  const number = String((worlds += 1)).padStart(4, '0');
  const simulator = await startAirtableSimulator({
    clock: asSimulatorClock(out.clock),
    baseId: `appSimulated00${number.slice(-3)}`,
    token: `patSimulated${number}.secret`,
    ...options,
  });
  const clientWith: SimulatedAirtable['clientWith'] = (change) =>
    createAirtableClient({
      outbound: out.outbound,
      connectionId: 'c1',
      baseUrl: simulator.url,
      baseId: simulator.baseId,
      token: simulator.token,
      ...change,
    });
  return {
    ...out,
    simulator,
    client: clientWith({}),
    clientWith,
    control: async (path, body) => {
      const answer = await fetch(`${simulator.url}/__control/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`The simulator refused ${path}: ${text}`);
      return JSON.parse(text) as unknown;
    },
    close: async () => {
      await out.close();
      await simulator.close();
    },
  };
}

/** The id of a field by its name. */
export function fieldIdOf(table: AirtableTable, name: string): string {
  const field = table.fields.find((candidate) => candidate.name === name);
  if (!field) throw new Error(`The table ${table.name} has no field ${name}.`);
  return field.id;
}
