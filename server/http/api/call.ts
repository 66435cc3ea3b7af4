import type { ApiRequest, ApiResponse, EndpointName } from '../../../shared/api.ts';
import type { Session } from '../session.ts';
import type { ApiParts } from './parts.ts';

/** A request that was let in, with every value checked. */
export type ApiCall<Name extends EndpointName> = ApiRequest<Name> & { session: Session };

export type Handlers = {
  [Name in EndpointName]: (call: ApiCall<Name>) => Promise<ApiResponse<Name>>;
};

/** A file of handlers serves a few endpoints. */
export type HandlersOf<Names extends EndpointName> = (parts: ApiParts) => Pick<Handlers, Names>;
