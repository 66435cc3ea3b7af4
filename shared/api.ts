import { auditEndpoints } from './api/audit.ts';
import { conflictsEndpoints } from './api/conflicts.ts';
import { connectionEndpoints } from './api/connection.ts';
import { peopleEndpoints } from './api/people.ts';
import { syncEndpoints } from './api/sync.ts';
import { tokensEndpoints } from './api/tokens.ts';
import type { CheckedOf, InputOf, ResponseOf } from './endpoint.ts';

export const API_PREFIX = '/api/v1';

/** Every endpoint once. A new one is its entry in one of these files and its handler in the server; both are told by the compiler. */
export const ENDPOINTS = {
  ...syncEndpoints,
  ...conflictsEndpoints,
  ...auditEndpoints,
  ...connectionEndpoints,
  ...tokensEndpoints,
  ...peopleEndpoints,
};

export type Endpoints = typeof ENDPOINTS;
export type EndpointName = keyof Endpoints;
export type ApiBody<Name extends EndpointName> = InputOf<Endpoints[Name], 'body'>;
export type ApiQuery<Name extends EndpointName> = InputOf<Endpoints[Name], 'query'>;
export type ApiResponse<Name extends EndpointName> = ResponseOf<Endpoints[Name]>;
export type ApiRequest<Name extends EndpointName> = {
  params: CheckedOf<Endpoints[Name], 'params'>;
  query: CheckedOf<Endpoints[Name], 'query'>;
  body: CheckedOf<Endpoints[Name], 'body'>;
};
