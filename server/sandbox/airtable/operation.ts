import type { Scope, Token } from './auth.ts';
import type { Base, Table } from './base.ts';
import { invalidRequest, modelNotFound, unparsableBody } from './errors.ts';
import { isObject } from './json.ts';
import type { Actor, PermissionLevel, User } from './model.ts';
import type { AirtableWorld } from './world.ts';

/** A request as the simulator takes it: the path with `/v0`, header names in lower case. */
export type ApiRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  rawBody: string | Uint8Array;
};

export type ApiAnswer = {
  status: number;
  headers: Record<string, string>;
  /** JSON to send, bytes for a file, or undefined for an empty body. */
  body: unknown;
};

/** A request whose path is known: the parts of the path by name, and what was sent. */
export type Input = { params: Readonly<Record<string, string>>; request: ApiRequest };

/** A request that passed every check but those of its own operation. */
export type Call = {
  world: AirtableWorld;
  token: Token;
  user: User;
  nowMs: number;
  params: Readonly<Record<string, string>>;
};
/** A call on a base that its user may see. */
export type BaseCall = Call & { base: Base; level: PermissionLevel; actor: Actor };

/**
 * One endpoint. `parse` checks parameters before the base is looked at (422 comes before 403),
 * `run` does the work. `kind` is the name under which calls are counted.
 */
export type Operation = {
  prepare(input: Input): { kind: string; run(call: Call): unknown };
};

export function baseOperation<Args>(of: {
  kind: string | ((args: Args) => string);
  scopes: readonly Scope[];
  level: PermissionLevel;
  parse(input: Input): Args;
  run(call: BaseCall, args: Args): unknown;
}): Operation {
  return {
    prepare(input) {
      const args = of.parse(input);
      const kind = typeof of.kind === 'string' ? of.kind : of.kind(args);
      return { kind, run: (call) => of.run(call.world.enter(call, of.scopes, of.level), args) };
    },
  };
}

export function userOperation<Args>(of: {
  kind: string;
  parse(input: Input): Args;
  run(call: Call, args: Args): unknown;
}): Operation {
  return {
    prepare(input) {
      const args = of.parse(input);
      return { kind: of.kind, run: (call) => of.run(call, args) };
    },
  };
}

export function bodyText(request: ApiRequest): string {
  return typeof request.rawBody === 'string' ? request.rawBody : new TextDecoder().decode(request.rawBody);
}

/** The JSON object of a body; anything else cannot be parsed. */
export function jsonBody(request: ApiRequest): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(bodyText(request));
  } catch {
    throw unparsableBody();
  }
  if (!isObject(body)) throw unparsableBody();
  return body;
}

/** Refuses parameters or properties that the endpoint does not have. */
export function onlyKeys(keys: Iterable<string>, allowed: readonly string[]): void {
  for (const key of keys) if (!allowed.includes(key)) throw invalidRequest();
}

/** The table that the path names, by id or name. */
export function tableOf(call: BaseCall): Table {
  const table = call.base.table(call.params['table'] ?? '');
  if (!table) throw modelNotFound();
  return table;
}
