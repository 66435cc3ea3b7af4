import type { DevNetwork } from '../devNetwork.ts';
import type { Fault } from '../faults.ts';

/** What people and accidents do to the two services: through their doors, never through our server. */
export type People = {
  /** At Buildium's own screens. @returns the ids that it touched. */
  inBuildium(action: string, fields: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Somebody else's program at Buildium's API. */
  postToBuildium(path: string, body: unknown): Promise<{ Id: number }>;
  /** In Airtable's grid. */
  inAirtable(action: string, fields: Record<string, unknown>): Promise<Record<string, unknown>>;
  takeAway(side: 'buildium' | 'airtable', untilMs?: number): Promise<void>;
  bringBack(side: 'buildium' | 'airtable'): Promise<void>;
  webhooks(behaviour: Record<string, unknown>): Promise<void>;
};

type Services = Pick<DevNetwork, 'buildium' | 'airtable'>;

export function peopleOf(services: Services): People {
  const { buildium, airtable } = services;
  const control = (side: 'buildium' | 'airtable', what: string, body: unknown): Promise<unknown> =>
    post(`${services[side].url}/__control/${what}`, body, {});
  const person = async (side: 'buildium' | 'airtable', action: string, fields: Record<string, unknown>) =>
    (await control(side, 'person', { action, ...fields })) as Record<string, unknown>;
  return {
    inBuildium: (action, fields) => person('buildium', action, fields),
    inAirtable: (action, fields) => person('airtable', action, { baseId: airtable.baseId, ...fields }),
    postToBuildium: async (path, body) => {
      const keys = {
        'x-buildium-client-id': buildium.clientId,
        'x-buildium-client-secret': buildium.clientSecret,
      };
      return (await post(`${buildium.url}${path}`, body, keys)) as { Id: number };
    },
    takeAway: async (side, untilMs) => {
      const fault: Fault = {
        path: '^/v(0|1)/',
        effect: { kind: 'status', status: 503, body: { error: 'Service Unavailable' } },
        ...(untilMs === undefined ? {} : { untilMs }),
      };
      await control(side, 'faults', { faults: [fault] });
    },
    // Only the faults: what was asked of webhooks stays.
    bringBack: async (side) => services[side].faults.clear(),
    webhooks: async (behaviour) => {
      await control('buildium', 'faults', { webhooks: behaviour });
    },
  };
}

async function post(url: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(reasonIn(text) ?? `${answer.status} ${text}`);
  return JSON.parse(text === '' ? '{}' : text) as unknown;
}

/** A service would not do what the person asked; the message is the service's own. */
export class Refused extends Error {}

function reasonIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error;
    const message = (error as { message?: unknown } | undefined)?.message;
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}
