import { actAsPerson } from '../../../server/sandbox/airtable/person.ts';
import type { PersonRequest } from '../../../server/sandbox/airtable/person.ts';
import { AirtableWorld } from '../../../server/sandbox/airtable/world.ts';
import type { WorldOptions } from '../../../server/sandbox/airtable/world.ts';

export const START_MS = Date.parse('2026-11-02T12:00:00.000Z');
export const NO_SUCH_RECORD = 'recAAAAAAAAAAAAAA';

export type Answer = { status: number; body: unknown };

/** What stands at a dotted path of an answer; undefined when there is nothing. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const part of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[part];
  }
  return here;
}

export function text(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`No text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

export function list(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`No list at ${path} of ${JSON.stringify(value)}`);
  return found as unknown[];
}

/** A world in process. Requests are a quarter of a second apart, within the limits, unless a test says so. */
export function testWorld(options: WorldOptions = {}) {
  const world = new AirtableWorld(options);
  const [token = ''] = world.tokens.keys();
  const [base] = world.bases.values();
  if (!base) throw new Error('A world starts with a base');
  const baseId = base.id;
  const time = { nowMs: START_MS, stepMs: 250 };

  /** One request; the path is after `/v0`, a body that is text is sent as it is. */
  function call(method: string, path: string, body?: unknown, secret: string | null = token): Answer {
    time.nowMs += time.stepMs;
    const url = new URL(`http://airtable.test/v0${path}`);
    const rawBody = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
    const request = { method, path: url.pathname, query: url.searchParams, headers, rawBody };
    const answer = world.handle(request, time.nowMs);
    return { status: answer.status, body: answer.body };
  }

  /** A request that must succeed. */
  function ok(method: string, path: string, body?: unknown): unknown {
    const answer = call(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  function person(request: PersonRequest): Record<string, unknown> {
    time.nowMs += 1;
    return actAsPerson(world, request, time.nowMs);
  }

  /** Makes a table of a text field Name and these fields. */
  function table(name: string, fields: readonly object[] = []) {
    const made = ok('POST', `/meta/bases/${baseId}/tables`, {
      name,
      fields: [{ name: 'Name', type: 'singleLineText' }, ...fields],
    });
    const id = text(made, 'id');
    const path = `/${baseId}/${id}`;
    const field = (fieldName: string): string => {
      const found = base?.tableById(id)?.field(fieldName)?.id;
      if (found === undefined) throw new Error(`No field ${fieldName} in ${name}`);
      return found;
    };
    const create = (cells: object, more: object = {}): string =>
      text(ok('POST', path, { fields: cells, ...more }), 'id');
    const cells = (recordId: string): unknown => at(ok('GET', `${path}/${recordId}`), 'fields');
    return { id, path, field, create, cells };
  }

  /** The primary cells of a list, in order. */
  const names = (path: string, query: Record<string, string> = {}): unknown[] => {
    const found = ok('GET', `${path}?${new URLSearchParams(query).toString()}`);
    return list(found, 'records').map((record) => at(record, 'fields.Name'));
  };

  return { world, base, baseId, token, time, call, ok, person, table, names };
}

export const error = (type: string, message?: string): object => ({
  error: message === undefined ? { type } : { type, message },
});

export const NUMBER = { type: 'number', options: { precision: 0 } };
export const DATE = { type: 'date', options: { dateFormat: { name: 'iso' } } };
export const select = (...names: string[]): object => ({
  type: 'singleSelect',
  options: { choices: names.map((name) => ({ name })) },
});
export const linkTo = (tableId: string): object => ({
  type: 'multipleRecordLinks',
  options: { linkedTableId: tableId },
});
