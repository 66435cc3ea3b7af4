import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  API_PREFIX,
  ENDPOINTS,
  type ApiBody,
  type ApiResponse,
  type EndpointName,
} from '../../shared/api.ts';
import type { Role } from '../../shared/endpoint.ts';
import { updateConnection } from '../../server/db/connections.ts';
import type { Database } from '../../server/db/database.ts';
import type { OwnershipEntry } from '../../server/db/ownership.ts';
import { insertToken } from '../../server/db/apiTokens.ts';
import { advanceCalculations } from '../../server/jobs/money/calculations.ts';
import type { Job } from '../../server/jobs/job.ts';
import { silentLogger } from '../../server/log.ts';
import type { SimulatorClock } from '../../server/sandbox/clock.ts';
import type { Clock } from '../../server/clock.ts';
import { startDevNetwork, type DevNetwork, type DevNetworkOptions } from '../../server/sandbox/devNetwork.ts';
import { createToken, hashToken } from '../../server/secrets.ts';
import { freshDatabase } from './database.ts';

type Input<Name extends EndpointName> = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: ApiBody<Name>;
};

/** The books without the sync: a Buildium account, our API, and no worker, so that a test takes every step itself. */
export type Money = {
  network: DevNetwork;
  database: Database;
  job(): Promise<Job>;
  ask<Name extends EndpointName>(name: Name, input?: Input<Name>): Promise<ApiResponse<Name>>;
  /** The same where a refusal is what is expected. */
  refused<Name extends EndpointName>(
    name: Name,
    input?: Input<Name>,
  ): Promise<{ status: number; code: string; message: string }>;
  /** Somebody else with a token of their own. */
  as(name: string, role?: Role): Promise<Pick<Money, 'ask' | 'refused'>>;
  text(path: string): Promise<{ type: string | null; text: string }>;
  /** Asks for a calculation, does it, and answers how it ended. */
  calculate(body: ApiBody<'calculateNoi'>): Promise<ApiResponse<'readCalculation'>>;
  /** A program at Buildium's own API. @returns the answer, which must not be a refusal. */
  post(path: string, body: unknown): Promise<{ Id: number }>;
  /** Somebody at Buildium's screens. */
  inBuildium(action: string, given?: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

export async function startMoney(
  options: { seed?: DevNetworkOptions['seed']; settings?: unknown; clock?: SimulatorClock & Clock } = {},
): Promise<Money> {
  const fresh = await freshDatabase();
  const spoolFolder = await mkdtemp(join(tmpdir(), 'money-spool-'));
  const network = await startDevNetwork({
    databaseUrl: fresh.url,
    log: silentLogger(),
    seed: options.seed ?? 'story',
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.clock ? { clock: options.clock, simulatorClock: options.clock } : {}),
    spoolFolder,
    requestsPerSecond: { buildium: 500, airtable: 500 },
    environment: { WORKER: 'web', DATABASE_URL: fresh.url },
  });
  await updateConnection(fresh.database, network.connectionId, { state: 'running' });
  network.buildium.setWebhook(null);
  const first = await askerOf(network, fresh.database, 'Priya', 'admin');
  const money: Money = {
    network,
    database: fresh.database,
    job: () => network.job(),
    ...first,
    as: (name, role = 'operator') => askerOf(network, fresh.database, name, role),
    calculate: async (body) => {
      const { calculationId } = await first.ask('calculateNoi', { body });
      await advanceCalculations(await network.job());
      return first.ask('readCalculation', { params: { calculationId } });
    },
    post: async (path, body) => {
      const { url, clientId, clientSecret } = network.buildium;
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-buildium-client-id': clientId,
          'x-buildium-client-secret': clientSecret,
        },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path} was refused: ${text}`);
      return JSON.parse(text) as { Id: number };
    },
    inBuildium: async (action, given = {}) => {
      const answer = await fetch(`${network.buildium.url}/__control/person`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action, ...given }),
      });
      const body = (await answer.json()) as Record<string, unknown>;
      if (!answer.ok || 'refused' in body || 'error' in body)
        throw new Error(`${action} was refused: ${JSON.stringify(body)}`);
      return body;
    },
    close: async () => {
      await network.close();
      await fresh.drop();
      await rm(spoolFolder, { recursive: true, force: true });
    },
  };
  return money;
}

async function askerOf(
  network: DevNetwork,
  database: Database,
  name: string,
  role: Role,
): Promise<Pick<Money, 'ask' | 'refused' | 'text'>> {
  const token = createToken().reveal();
  const { connectionId } = network;
  await insertToken(database, {
    ...{ connectionId, tokenId: network.server.context.newId(), tokenHash: hashToken(token), name, role },
    ...{ createdAt: new Date().toISOString(), expiresAt: null, revokedAt: null, lastUsedAt: null },
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const send = async <Name extends EndpointName>(name: Name, input: Input<Name> = {}): Promise<Response> => {
    const { method, path } = ENDPOINTS[name];
    const filled = path.replace(/:(\w+)/g, (_whole, key: string) => input.params?.[key] ?? '');
    const search = new URLSearchParams(input.query ?? {}).toString();
    return fetch(`${network.server.url}${API_PREFIX}${filled}${search ? `?${search}` : ''}`, {
      method,
      headers,
      ...(input.body ? { body: JSON.stringify(input.body) } : {}),
    });
  };
  return {
    ask: async (name, input) => {
      const answer = await send(name, input);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${name} was answered ${answer.status}: ${text}`);
      return JSON.parse(text) as ApiResponse<typeof name>;
    },
    refused: async (name, input) => {
      const answer = await send(name, input);
      const text = await answer.text();
      if (answer.ok) throw new Error(`${name} was not refused: ${text}`);
      const { error } = JSON.parse(text) as { error: { code: string; message: string } };
      return { status: answer.status, code: error.code, message: error.message };
    },
    text: async (path) => {
      const answer = await fetch(`${network.server.url}${API_PREFIX}${path}`, { headers });
      return { type: answer.headers.get('content-type'), text: await answer.text() };
    },
  };
}

/** Who owns a property of the story that has two owners; the second one's part can be made wrong. */
export function sharesOf(money: Money, propertyName: string, second = 500_000): OwnershipEntry[] {
  const { properties, owners } = money.network.buildium.world.records;
  const propertyId =
    [...properties.values()].find(({ saved }) => saved.Name.startsWith(propertyName))?.id ?? 0;
  const its = [...owners.values()].filter(({ saved }) => saved.PropertyIds.includes(propertyId));
  return its.map(({ id }, index) => ({
    ownershipId: `rec${id}`,
    propertyId,
    ownerId: id,
    millionths: index === 0 ? 500_000 : second,
    from: null,
    to: null,
  }));
}
