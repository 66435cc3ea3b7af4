import * as z from 'zod';
import { endpoint } from '../endpoint.ts';

const count = z.number().int().min(0);
const tableId = z.string().min(1).max(50);
const fieldIds = z
  .record(z.string(), z.string().min(1).max(50).nullable())
  .describe('By field key. Null: the sync makes a field of its own. An absent key stays as it is.');

const baseField = z.object({
  fieldId: z.string(),
  name: z.string(),
  type: z.string().describe("Airtable's name of the type."),
  linkedTableId: z.string().nullable(),
});

const mappedField = z.object({
  key: z.string(),
  column: z.string().describe('The name that the sync gives it where it makes it.'),
  kind: z.string(),
  types: z.array(z.string()).describe("Airtable's field types that can hold it, the usual one first."),
  target: z.string().nullable().describe('The resource that a link points to.'),
  flow: z
    .enum(['bothWays', 'fromBuildium', 'people', 'sync'])
    .describe('people: filled in by people and read by the sync. sync: the sync keeps its own notes there.'),
  fieldId: z.string().nullable(),
  mayBeLeftOut: z.boolean(),
  isLeftOut: z.boolean().describe('Somebody chose that it has no place in the base.'),
  problem: z.string().nullable(),
});

export const mapping = z
  .object({
    state: z.enum(['pairing', 'running', 'paused']),
    tables: z
      .array(z.object({ tableId: z.string(), name: z.string(), fields: z.array(baseField) }))
      .describe('The base as it stands now, without the tables that the sync keeps for itself.'),
    resources: z.array(
      z.object({
        resource: z.string(),
        label: z.string(),
        table: z.string().describe('The name that the sync gives it where it makes it.'),
        tableId: z.string().nullable(),
        problem: z.string().nullable(),
        rows: count.describe('Rows that stand for something in Buildium.'),
        fields: z.array(mappedField),
      }),
    ),
  })
  .meta({ id: 'Mapping' });

export const mappingProposal = z
  .object({
    resource: z.string(),
    tableId: z.string().nullable(),
    score: count.max(100),
    why: z.string(),
    fields: z.array(
      z.object({ key: z.string(), fieldId: z.string().nullable(), score: count.max(100), why: z.string() }),
    ),
  })
  .meta({ id: 'MappingProposal' });

export const mappingChange = z
  .object({
    dryRun: z.boolean(),
    problems: z
      .array(z.object({ resource: z.string(), key: z.string().nullable(), message: z.string() }))
      .describe('Why it is not taken. Nothing is saved while there is one.'),
    changes: z.array(z.string()).describe('What it does, a sentence each.'),
    stopsSync: z
      .boolean()
      .describe('A table changes: the sync waits until its rows are matched and the pairing is finished.'),
  })
  .meta({ id: 'MappingChange' });

export const mappingEndpoints = {
  readMapping: endpoint({
    method: 'GET',
    path: '/mapping',
    role: 'viewer',
    tag: 'Mapping',
    summary: 'Which table and which fields stand for what',
    description: 'With the tables and fields that the base has now. Names are people’s own; the ids count.',
    response: mapping,
  }),
  proposeMapping: endpoint({
    method: 'POST',
    path: '/mapping/proposals',
    role: 'admin',
    tag: 'Mapping',
    summary: 'Propose tables and fields of an existing base',
    description:
      'By name, type and content: up to 100 rows of each table are compared with what Buildium lists. Reads both sides and changes neither. What is mapped and whole stays as it is.',
    body: z.strictObject({
      tables: z
        .record(z.string(), tableId)
        .default({})
        .describe('Tables that are decided, by resource: only their fields are proposed.'),
    }),
    response: z.object({ proposals: z.array(mappingProposal) }),
    example: { body: { tables: { units: 'tblA1b2C3d4E5f6G7' } } },
  }),
  changeMapping: endpoint({
    method: 'POST',
    path: '/mapping',
    role: 'admin',
    tag: 'Mapping',
    summary: 'Preview or save which table and fields stand for what',
    description:
      'With `dryRun` nothing is saved. A field of a wrong type, a computed one, or one that is taken twice is refused with a sentence; then nothing is saved. Before the first pairing is finished nothing is written to the base. Later a missing field is made at once, and rows of another table are matched first: by their Buildium ID where they have one.',
    body: z.strictObject({
      dryRun: z.boolean().default(true),
      resources: z
        .array(
          z.strictObject({
            resource: z.string(),
            tableId: tableId.nullable().describe('Null: the sync makes a table of its own.'),
            fields: fieldIds.default({}),
            leftOut: z
              .array(z.string().max(60))
              .max(100)
              .optional()
              .describe('Keys of all fields that get no place in the base. Absent: as it is.'),
          }),
        )
        .min(1)
        .max(50),
    }),
    response: mappingChange,
    example: {
      body: {
        dryRun: true,
        resources: [
          { resource: 'units', tableId: 'tblA1b2C3d4E5f6G7', fields: { marketRent: 'fldA1b2C3d4E5f6G7' } },
        ],
      },
    },
  }),
  repairBase: endpoint({
    method: 'POST',
    path: '/mapping/repair',
    role: 'admin',
    tag: 'Mapping',
    summary: 'Make deleted tables, fields and webhooks anew, and fill them',
    description:
      'What was restored from the trash of the base is taken up again as it is. Nothing of anybody’s own is removed. Rows are filled a moment later; a field that both sides had changed stays a conflict.',
    response: z.object({
      changes: z.array(z.string()).describe('What was done, a sentence each; empty where all was in order.'),
    }),
  }),
};

export type Mapping = z.output<typeof mapping>;
export type MappingProposal = z.output<typeof mappingProposal>;
export type MappingChange = z.output<typeof mappingChange>;
