import * as z from 'zod';
import { API_PREFIX, ENDPOINTS } from '../../shared/api.ts';
import { apiError } from '../../shared/apiSchemas.ts';
import type { Endpoint } from '../../shared/endpoint.ts';
import { codeSamples } from './codeSamples.ts';

type Json = Record<string, unknown>;

/** Every endpoint may be refused in the same ways: said once, and not on every page. */
const REFUSED = `Refused; the message says what to do.

- 400: the body is not JSON
- 401: no token, or one that is unknown, expired or revoked
- 403: the token's role does not suffice
- 404: there is no such thing in this connection
- 405: the path is there, but not with this method
- 409: the connection is in a state that does not allow it
- 413: the body is too large
- 415: the body is of another type
- 422: a value is not accepted; \`details\` names it
- 429: too many requests; the header Retry-After says when to go on`;

const AWAY =
  'The database does not answer now: try again in a few seconds. Or the stored keys do not open: the message says what to do.';

/** OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. */
export function openApiDocument(config: { publicUrl: string; version: string }): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
    const path = `${API_PREFIX}${endpoint.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operation(
      name,
      endpoint,
      components,
      config.publicUrl,
    );
  }
  const content = jsonContent(schemaOf(apiError, 'output', components));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Buildium–Airtable sync',
      version: config.version,
      description: INTRODUCTION,
    },
    servers: [{ url: '/', description: 'this server' }, { url: config.publicUrl }],
    security: [{ token: [] }],
    tags: [...new Set(Object.values(ENDPOINTS).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      responses: { Refused: { description: REFUSED, content }, Away: { description: AWAY, content } },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token carries its connection and its role.',
        },
      },
    },
  };
}

const INTRODUCTION = `How the sync of one connection stands, and what can be done about it.

Every request carries a bearer token. The token belongs to one connection: all that a request shows or changes is
that connection's. The first token comes from \`npm run cli -- setup\`; an admin creates more.

Errors have one shape, \`{"error": {"code", "message", "details?"}}\`, and the message says what to do.`;

function operation(name: string, endpoint: Endpoint, components: Json, publicUrl: string): Json {
  const { summary, description, tag, role, body, example, status = 200 } = endpoint;
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: `${description}\n\nNeeds the role **${role}**.`,
    parameters: [...parameters(endpoint, 'path'), ...parameters(endpoint, 'query')],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: jsonContent(schemaOf(body, 'input', components), example?.body),
          },
        }
      : {}),
    responses: {
      [status]: { description: summary, content: answered(endpoint, components) },
      '4XX': { $ref: '#/components/responses/Refused' },
      '503': { $ref: '#/components/responses/Away' },
    },
    'x-codeSamples': codeSamples(endpoint, publicUrl),
  };
}

function answered({ response, produces }: Endpoint, components: Json): Json {
  return produces
    ? { [produces]: { schema: { type: 'string', format: 'binary' } } }
    : jsonContent(schemaOf(response, 'output', components));
}

function jsonContent(schema: Json, example?: Json): Json {
  return { 'application/json': { schema, ...(example ? { example } : {}) } };
}

function parameters(endpoint: Endpoint, where: 'path' | 'query'): Json[] {
  const source = where === 'path' ? endpoint.params : endpoint.query;
  if (!source) return [];
  const examples: Record<string, unknown> =
    (where === 'path' ? endpoint.example?.params : endpoint.example?.query) ?? {};
  const { properties = {}, required = [] } = z.toJSONSchema(source, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as Json;
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      ...(name in examples ? { example: examples[name] } : {}),
      schema: rest,
    };
  });
}

/** Schemas with a name go into the document once, under their name. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const { $defs = {}, ...root } = jsonSchema(schema, io);
  for (const [name, definition] of Object.entries($defs)) components[name] = pointedAt(definition as Json);
  return pointedAt(root);
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json & { $defs?: Json } {
  return z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: written }) => {
      // The format says it; its pattern of a line and a half says it to nobody.
      if (written.format === 'date-time' || written.format === 'date') delete written.pattern;
    },
  });
}

function pointedAt({ $schema: _dialect, ...schema }: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
