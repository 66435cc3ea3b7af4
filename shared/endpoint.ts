import * as z from 'zod';
import type { Role } from './access.ts';

export { API_PREFIX, roleIncludes, ROLES, type Role } from './access.ts';

/** One thing that can be asked of the API. Router, client types and OpenAPI document derive from it. */
export type Endpoint = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `API_PREFIX`; `:name` stands for a parameter of `params`. */
  path: string;
  /** The least role that may ask. */
  role: Role;
  tag: string;
  summary: string;
  description: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
  response: z.ZodObject;
  /** A file instead of JSON: the response is then `fileAnswer`. */
  produces?: 'text/csv' | 'application/pdf' | 'application/json';
  status?: 200 | 201 | 202;
  /** What the document's examples send. */
  example?: {
    params?: Record<string, string>;
    query?: Record<string, string | number>;
    body?: Record<string, unknown>;
  };
};

/** What a handler answers for an endpoint that produces a file: its bytes go out as they are. */
export const fileAnswer = z.object({
  fileName: z.string(),
  content: z.union([z.string(), z.custom<Uint8Array>((value) => value instanceof Uint8Array)]),
});

/** The id of a row as Airtable gives it. */
export const rowId = z.string().regex(/^rec\w+$/, 'must be the id of a row, such as recA1B2C3D4E5F6G7');

/** How many of a list to answer with, for a query. */
export const pageSize = (usual: number) => z.coerce.number().int().min(1).max(200).default(usual);

export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}

type PartOf<E, Part extends 'params' | 'query' | 'body'> = E extends { [K in Part]: infer Schema }
  ? Schema
  : null;

/** What a caller gives: values with defaults may be left out. */
export type InputOf<E, Part extends 'params' | 'query' | 'body'> =
  PartOf<E, Part> extends z.ZodType ? z.input<PartOf<E, Part>> : null;

/** What the handler gets: checked, with defaults filled in. */
export type CheckedOf<E, Part extends 'params' | 'query' | 'body'> =
  PartOf<E, Part> extends z.ZodType ? z.output<PartOf<E, Part>> : null;

export type ResponseOf<E extends Endpoint> = z.output<E['response']>;
