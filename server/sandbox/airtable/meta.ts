import * as z from 'zod';
import { levelIn, publicUser } from './auth.ts';
import { invalidRequest, modelNotFound, recordNotFound } from './errors.ts';
import { fieldJson, tableJson } from './fieldJson.ts';
import { queryObject } from './listParams.ts';
import { isObject } from './json.ts';
import { baseOperation, jsonBody, onlyKeys, tableOf, userOperation } from './operation.ts';
import type { ApiRequest, BaseCall, Input } from './operation.ts';
import { createField, createTable, renameTable, updateField } from './schema.ts';

const READ_SCHEMA = { kind: 'meta', scopes: ['schema.bases:read'], level: 'read' } as const;
const WRITE_SCHEMA = { kind: 'meta', scopes: ['schema.bases:write'], level: 'create' } as const;

const BASES_PER_PAGE = 1000;

const name = z.string().max(255);
const description = z.string().max(20_000);
const field = z.strictObject({
  name,
  type: z.string(),
  description: description.optional(),
  options: z.unknown().optional(),
});
const table = z.strictObject({
  name,
  description: description.optional(),
  fields: z.array(field).min(1),
});
const base = z.strictObject({ name, workspaceId: z.string(), tables: z.array(table).min(1) });
const tablePatch = z
  .strictObject({ name: name.optional(), description: description.optional() })
  .refine((patch) => Object.keys(patch).length > 0);
const fieldPatch = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    options: z.unknown().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0);

/** A body of exactly this shape; anything else is the one 422 that Airtable has for it. */
export function bodyOf<Body>(request: ApiRequest, shape: z.ZodType<Body>): Body {
  const parsed = shape.safeParse(jsonBody(request));
  if (!parsed.success) throw invalidRequest();
  return parsed.data;
}

export const whoami = userOperation({
  kind: 'meta',
  parse: () => undefined,
  run: ({ user, token }) => ({ ...publicUser(user, token.scopes), scopes: [...token.scopes] }),
});

export const listBases = userOperation({
  kind: 'meta',
  parse({ request }: Input): number {
    onlyKeys(request.query.keys(), ['offset']);
    const offset = request.query.get('offset') ?? '';
    if (offset !== '' && !/^itr\d+$/.test(offset)) throw invalidRequest();
    return Number(offset.slice(3));
  },
  run({ world, token }, from) {
    if (!token.scopes.has('schema.bases:read')) throw modelNotFound();
    const visible = [...world.bases.values()].filter((held) => levelIn(held, token) !== 'none');
    const bases = visible
      .slice(from, from + BASES_PER_PAGE)
      .map((held) => ({ id: held.id, name: held.name, permissionLevel: levelIn(held, token) }));
    const next = from + BASES_PER_PAGE;
    return next < visible.length ? { bases, offset: `itr${next}` } : { bases };
  },
});

export const createBase = userOperation({
  kind: 'meta',
  parse: ({ request }: Input) => bodyOf(request, base),
  run(call, input) {
    const { world, token, user, nowMs } = call;
    if (!token.scopes.has('schema.bases:write')) throw modelNotFound();
    if (!world.workspaces.has(input.workspaceId)) throw recordNotFound();
    const made = world.addBase({ name: input.name, workspaceId: input.workspaceId, ownerId: user.id });
    try {
      world.transact(made, world.apiActor(user, 'create'), nowMs, (tx) => {
        for (const given of input.tables) createTable(tx, given);
      });
    } catch (error) {
      world.bases.delete(made.id);
      throw error;
    }
    return { id: made.id, tables: made.tables.map((held) => tableJson(held)) };
  },
});

export const listTables = baseOperation({
  ...READ_SCHEMA,
  parse({ request }: Input): boolean {
    const { include, ...rest } = queryObject(request.query);
    onlyKeys(Object.keys(rest), []);
    const included = isObject(include) ? Object.values(include) : include === undefined ? [] : [include];
    if (included.some((item) => item !== 'visibleFieldIds')) throw invalidRequest();
    return included.length > 0;
  },
  run: (call, visibleFieldIds) => ({
    tables: call.base.tables.map((held) => tableJson(held, visibleFieldIds)),
  }),
});

export const createTableOperation = baseOperation({
  ...WRITE_SCHEMA,
  parse: ({ request }: Input) => bodyOf(request, table),
  run: (call, input) =>
    tableJson(call.world.transact(call.base, call.actor, call.nowMs, (tx) => createTable(tx, input))),
});

export const updateTableOperation = baseOperation({
  ...WRITE_SCHEMA,
  parse: ({ request }: Input) => bodyOf(request, tablePatch),
  run(call, patch) {
    const held = tableOf(call);
    call.world.transact(call.base, call.actor, call.nowMs, (tx) => renameTable(tx, held, patch));
    return tableJson(held);
  },
});

export const createFieldOperation = baseOperation({
  ...WRITE_SCHEMA,
  parse: ({ request }: Input) => bodyOf(request, field),
  run(call, input) {
    const held = tableOf(call);
    return fieldJson(
      call.world.transact(call.base, call.actor, call.nowMs, (tx) => createField(tx, held, input)),
    );
  },
});

export const updateFieldOperation = baseOperation({
  ...WRITE_SCHEMA,
  parse: ({ request }: Input) => bodyOf(request, fieldPatch),
  run(call: BaseCall, patch) {
    const held = tableOf(call);
    const target = held.fields.find((candidate) => candidate.id === call.params['field']);
    if (!target) throw modelNotFound();
    if (patch.options !== undefined && !call.world.acceptsChoiceUpdates && target.options?.choices)
      throw invalidRequest();
    call.world.transact(call.base, call.actor, call.nowMs, (tx) => updateField(tx, held, target, patch));
    return fieldJson(target);
  },
});
