import * as z from 'zod';
import type { AnyResource, Field } from './resources/define.ts';

/** Who wins where both sides changed a field apart. */
export const POLICIES = ['newest', 'manual', 'buildium', 'airtable'] as const;
export type Policy = (typeof POLICIES)[number];

export const policy = z
  .enum(POLICIES)
  .describe(
    'newest: the later edit wins where the times tell for sure. manual: a person decides. buildium, airtable: that side wins. The other value is kept and can be brought back.',
  );

/** A connection's own policies; what is absent falls back to the next wider, at last to the defaults. */
export const policySettings = z.strictObject({
  connection: policy.optional(),
  /** By resource. */
  resources: z.record(z.string(), policy).default({}),
  /** By resource and field key: `units.marketRent`. */
  fields: z.record(z.string(), policy).default({}),
});

/** A change of policies: null takes one away. */
export const policyPatch = z.strictObject({
  connection: policy.nullable().optional(),
  resources: z.record(z.string(), policy.nullable()).optional(),
  fields: z.record(z.string(), policy.nullable()).optional(),
});

export type PolicySettings = z.infer<typeof policySettings>;
export type PolicyPatch = z.infer<typeof policyPatch>;

export type EffectivePolicy = { policy: Policy; from: 'field' | 'resource' | 'connection' | 'default' };

/** The most specific policy that somebody has set, else the default. */
export function policyFor(
  settings: PolicySettings,
  resource: Pick<AnyResource, 'name'>,
  field: Pick<Field<never>, 'key' | 'kind'>,
): EffectivePolicy {
  const ofField = settings.fields[`${resource.name}.${field.key}`];
  if (ofField) return { policy: ofField, from: 'field' };
  const ofResource = settings.resources[resource.name];
  if (ofResource) return { policy: ofResource, from: 'resource' };
  if (settings.connection) return { policy: settings.connection, from: 'connection' };
  return { policy: defaultPolicy(resource, field), from: 'default' };
}

/** What is posted in Buildium's books is Buildium's to say. */
const POSTED: ReadonlySet<string> = new Set(['transactions', 'bills', 'billLines', 'billPayments']);

/** People write these in Airtable, for themselves. */
const NOTES: ReadonlySet<string> = new Set(['comment', 'comments', 'notes']);

function defaultPolicy(
  resource: Pick<AnyResource, 'name'>,
  { key, kind }: Pick<Field<never>, 'key' | 'kind'>,
): Policy {
  if (POSTED.has(resource.name)) return 'buildium';
  if (kind === 'money' || kind === 'date') return 'manual';
  return NOTES.has(key) ? 'airtable' : 'newest';
}

/** The policies after a change. */
export function withPolicies(before: PolicySettings, patch: PolicyPatch): PolicySettings {
  const connection = patch.connection === undefined ? before.connection : patch.connection;
  return {
    ...(connection ? { connection } : {}),
    resources: merged(before.resources, patch.resources),
    fields: merged(before.fields, patch.fields),
  };
}

function merged(
  before: Readonly<Record<string, Policy>>,
  patch: Readonly<Record<string, Policy | null>> = {},
): Record<string, Policy> {
  const after: Record<string, Policy> = { ...before };
  for (const [key, chosen] of Object.entries(patch)) {
    if (chosen === null) delete after[key];
    else after[key] = chosen;
  }
  return after;
}
