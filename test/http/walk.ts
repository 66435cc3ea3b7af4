import { API_PREFIX, ENDPOINTS, type EndpointName } from '../../shared/api.ts';
import type { Endpoint } from '../../shared/endpoint.ts';

export type Step = { name: EndpointName; endpoint: Endpoint; path: string; init: RequestInit };

/** They ask Buildium or Airtable, whom nobody plays where only the server is tested. */
export const ASK_THE_SIDES: ReadonlySet<EndpointName> = new Set([
  'readMapping',
  'proposeMapping',
  'changeMapping',
  'repairBase',
  'searchPairing',
]);

/** One request for every endpoint of the contract, as its own example asks; `own` replaces what examples cannot know. */
export function walk(own: {
  params?: Record<string, string>;
  /** Where one endpoint wants another id than the rest. */
  paramsOf?: Partial<Record<EndpointName, Record<string, string>>>;
  query?: Partial<Record<EndpointName, Record<string, string>>>;
  body?: Partial<Record<EndpointName, object>>;
}): Step[] {
  // Signing out comes last: the token that asks is gone after it.
  const names = (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => name !== 'signOut');
  return [...names, 'signOut' as const].map((name) => {
    const endpoint: Endpoint = ENDPOINTS[name];
    const params: Record<string, string> = { ...own.params, ...own.paramsOf?.[name] };
    const path = endpoint.path.replaceAll(/:(\w+)/g, (_, param: string) => params[param] ?? 'none');
    const query = new URLSearchParams(own.query?.[name] ?? {}).toString();
    const body = own.body?.[name] ?? endpoint.example?.body;
    return {
      name,
      endpoint,
      path: `${API_PREFIX}${path}${query === '' ? '' : `?${query}`}`,
      init: {
        method: endpoint.method,
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      },
    };
  });
}
