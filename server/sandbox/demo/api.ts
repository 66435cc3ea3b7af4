import type { ApiResponse, EndpointName } from '../../../shared/api.ts';
import { API_PREFIX, ENDPOINTS } from '../../../shared/api.ts';

/** The server's own HTTP API with a token, as any program of the customer would call it. */
export type DemoApi = <Name extends EndpointName>(
  name: Name,
  input?: { params?: Record<string, string>; query?: Record<string, string>; body?: unknown },
) => Promise<ApiResponse<Name>>;

/** @param urlOf the server's address at the moment of the call: it comes back after a restart. */
export function demoApi(urlOf: () => string, token: string): DemoApi {
  return async (name, { params = {}, query = {}, body } = {}) => {
    const { method, path: pattern } = ENDPOINTS[name];
    const path = pattern.replaceAll(/:(\w+)/g, (_whole, key: string) => params[key] ?? '');
    const url = new URL(`${urlOf()}${API_PREFIX}${path}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const request = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(url, { method, headers, ...request });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as ApiResponse<typeof name>;
  };
}
