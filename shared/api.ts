import { auditEndpoints } from './api/audit.ts';
import { conflictsEndpoints } from './api/conflicts.ts';
import { connectionEndpoints } from './api/connection.ts';
import { notificationsEndpoints } from './api/notifications.ts';
import { kpisEndpoints } from './api/kpis.ts';
import { mappingEndpoints } from './api/mapping.ts';
import { moneyEndpoints } from './api/money.ts';
import { heldEndpoints } from './api/held.ts';
import { pairingEndpoints } from './api/pairing.ts';
import { peopleEndpoints } from './api/people.ts';
import { reconciliationEndpoints } from './api/reconciliation.ts';
import { pushEndpoints } from './api/push.ts';
import { recordsEndpoints } from './api/records.ts';
import { runsEndpoints } from './api/runs.ts';
import { syncEndpoints } from './api/sync.ts';
import { tokensEndpoints } from './api/tokens.ts';
import type { CheckedOf, InputOf, ResponseOf } from './endpoint.ts';

export { API_PREFIX } from './endpoint.ts';

/** Every endpoint once. A new one is its entry in one of these files and its handler in the server; both are told by the compiler. */
export const ENDPOINTS = {
  ...syncEndpoints,
  ...heldEndpoints,
  ...recordsEndpoints,
  ...runsEndpoints,
  ...conflictsEndpoints,
  ...pushEndpoints,
  ...notificationsEndpoints,
  ...auditEndpoints,
  ...moneyEndpoints,
  ...connectionEndpoints,
  ...mappingEndpoints,
  ...pairingEndpoints,
  ...reconciliationEndpoints,
  ...kpisEndpoints,
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
