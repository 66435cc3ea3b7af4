import type * as z from 'zod';
import type { Choice } from './columns.ts';
import type { FieldKind } from './values.ts';

/** A Buildium body under construction for PUT: plain JSON. */
export type PutBody = Record<string, unknown>;

/**
 * One lens: where a field's value lies in Buildium's JSON and in which Airtable column it is shown.
 * `get` answers `undefined` when this read did not look at the value; the plan then leaves the field alone.
 */
export type Field<Wire> = {
  /** Never changes: links, audit rows and settings name the field by it. */
  key: string;
  /** The Airtable field's name when we create it; afterwards people may rename it. */
  column: string;
  kind: FieldKind;
  description: string;
  /** The place in Buildium's API, for the field table. */
  source: string;
  get(wire: Wire): unknown;
  /** Folds a value into a PUT body. Only fields that have it flow from Airtable to Buildium. */
  put?: (body: PutBody, value: unknown) => PutBody;
  /** Buildium refuses longer text. */
  maxLength?: number;
  /** Buildium refuses the record without it. */
  required?: boolean;
  /** Contact data: in Postgres only under the entity's own key. */
  personal?: boolean;
  choices?: readonly Choice[];
  precision?: number;
  /** The resource that a link points to. */
  target?: string;
  /** Seen by the full nightly read alone: nothing announces a change of it. */
  nightly?: boolean;
};

/** A column that people fill in Airtable and that Buildium knows nothing of: created, read, never written. */
export type EnteredColumn = {
  key: string;
  column: string;
  kind: FieldKind;
  description: string;
  choices?: readonly Choice[];
  target?: string;
};

/** One list request of Buildium; together a resource's lists hold every entity of it. */
export type ListRead = {
  path: string;
  query?: Readonly<Record<string, string | number | boolean>>;
  /** Names of required date filters; Buildium refuses ranges over 365 days. */
  window?: { from: string; to: string };
  /** The list wants every GL account's id in `glaccountids`. */
  needsGlAccountIds?: boolean;
  /** The list takes `lastupdatedfrom`. */
  updatedSince?: boolean;
  /** Too long to be read at every sweep: only full reads go through it. */
  fullReadOnly?: boolean;
  /** Between full reads a list with a window reaches so many days back only. */
  sweptDays?: number;
  /** What an entity of this list shows: one that has shown it, and is in the list no more, has changed. */
  holds?: { field: string; values: readonly string[] };
};

/** A further read whose answer is laid into the wire under `key`. */
export type ExtraRead = {
  key: string;
  /** One request an entity. */
  path(id: string): string;
  /** `nightly`: only in the full nightly read, since nothing announces a change of it. */
  when: 'always' | 'nightly';
  needed?: (wire: Record<string, unknown>) => boolean;
};

/** A kind of thing and everything that the sync has to know of it. */
export type Resource<Wire = never> = {
  name: string;
  label: { one: string; many: string };
  /** The Airtable table's name when we create it. */
  table: string;
  description: string;
  wire: z.ZodType<Wire>;
  idOf(wire: Wire): string;
  fields: readonly Field<Wire>[];
  entered: readonly EnteredColumn[];
  /** How Buildium is read; null for rows that come inside their parent (a bill's lines). */
  read: {
    /** What an API key of Buildium must have ticked for it, by the name on its screen. */
    permission: string;
    lists: readonly ListRead[];
    one(id: string): string;
    extras?: readonly ExtraRead[];
    /** Entities that Buildium nests inside one another (sub-accounts), laid side by side. */
    unfold?: (wire: Record<string, unknown>) => readonly Record<string, unknown>[];
    /** A read that answers for every entity at once: laid in by id under `key`. */
    balances?: { key: string };
  } | null;
  /** The rows inside the wire that have a table of their own; `undefined` when this read did not look at them. */
  parts?: readonly { resource: string; of(wire: Wire): readonly Record<string, unknown>[] | undefined }[];
  /** Entities whose computed values change with this one, without an event of their own. */
  touches?: (wire: Wire) => readonly { resource: string; id: string }[];
  /** Fields of a linked entity that values of this one are made from, without an event of its own when they change. */
  shows?: readonly { link: string; fields: readonly string[] }[];
  /** The resource whose looks bring these rows. */
  partOf?: string;
  /** Buildium event name → the payload's id field that names this resource. */
  events: Readonly<Record<string, string>>;
  /** Minutes between sweeps where nothing else is set. */
  sweepMinutes: number;
  /** Why an entity stays out of Airtable, or null. */
  outOfScope?: (wire: Wire) => string | null;
  /** The day an entity belongs to; older ones than the connection keeps stay in Postgres alone. */
  dateOf?: (wire: Wire) => string | null;
  /** Field keys that together name an entity to a person: the first pairing matches by them. */
  naturalKey?: readonly string[];
  /** The PUT that writes fields back: the wire turned into a full body, since Buildium blanks what is left out. */
  update?: {
    path(id: string): string;
    bodyOf(wire: Wire): PutBody;
    /** PATCH where Buildium has it: it leaves alone what is not named. */
    method?: 'PUT' | 'PATCH';
    /**
     * What Buildium never returns, so that every PUT blanks it: edits flow only once an admin has confirmed, for the
     * connection, that it is unused.
     */
    blanks?: string;
    /** What this PUT would lose although nobody asked for it, in words; null when nothing. */
    losesOn?: (wire: Wire, body: PutBody) => string | null;
  };
};

/** A resource with its wire type erased, as the engine handles it. */
export type AnyResource = Resource<Record<string, unknown>>;

type ResourceInput<Wire> = Omit<Resource<Wire>, 'entered' | 'events' | 'idOf'> &
  Partial<Pick<Resource<Wire>, 'entered' | 'events' | 'idOf'>>;

/**
 * Declares a resource. Checks at load what a reader would otherwise find out in production:
 * keys and columns are unique, and a link names its target.
 */
export function defineResource<Schema extends z.ZodType<Record<string, unknown>>>(
  wire: Schema,
  input: Omit<ResourceInput<z.infer<Schema>>, 'wire'>,
): AnyResource {
  const resource = { entered: [], events: {}, idOf: idOfWire, ...input, wire } as unknown as Resource<
    z.infer<Schema>
  >;
  const shapes = [...resource.fields, ...resource.entered];
  assertUnique(
    resource.name,
    shapes.map((field) => field.key),
  );
  assertUnique(
    resource.name,
    shapes.map((field) => field.column.toLowerCase()),
  );
  for (const field of shapes) {
    if (field.kind === 'link' && !field.target)
      throw new Error(`${resource.name}.${field.key} needs a target`);
  }
  return { ...resource, fields: resource.fields.map(inOneShape) } as unknown as AnyResource;
}

const NO_FIELD: { [Key in keyof Field<never>]-?: undefined } = {
  ...{ key: undefined, column: undefined, kind: undefined, description: undefined, source: undefined },
  ...{ get: undefined, put: undefined, maxLength: undefined, required: undefined, personal: undefined },
  ...{ choices: undefined, precision: undefined, target: undefined, nightly: undefined },
};

/** The same properties in the same order: the loops over all fields of all rows are twice as quick over objects of one shape. */
function inOneShape<Wire>(field: Field<Wire>): Field<Wire> {
  return { ...NO_FIELD, ...field } as Field<Wire>;
}

function idOfWire(wire: Record<string, unknown>): string {
  return String(wire['Id']);
}

function assertUnique(resource: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${resource} names ${twice} twice`);
}
