import * as z from 'zod';

const fields = z.record(z.string(), z.unknown());
const ids = z.array(z.string()).min(1);
const table = z.string();
const field = z.string();
export const newField = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().optional(),
  options: z.unknown().optional(),
});
const sortKey = z.object({ fieldId: z.string(), direction: z.enum(['asc', 'desc']) });

/** What a person can do in the grid. Tables, fields and choices go by name or id. */
export const personAction = z.discriminatedUnion('action', [
  z.object({ action: z.literal('createRecords'), table, records: z.array(z.object({ fields })) }),
  z.object({
    action: z.literal('updateRecords'),
    table,
    records: z.array(z.object({ id: z.string(), fields })),
  }),
  z.object({ action: z.literal('deleteRecords'), table, ids }),
  z.object({ action: z.literal('undoDelete'), ids }),
  z.object({ action: z.literal('duplicateRecord'), table, id: z.string() }),
  z.object({ action: z.literal('addComment'), table, id: z.string(), text: z.string() }),
  z.object({ action: z.literal('createTable'), name: z.string(), fields: z.array(newField) }),
  z.object({ action: z.literal('renameTable'), table, name: z.string() }),
  z.object({ action: z.literal('deleteTable'), table }),
  z.object({ action: z.literal('addField'), table, field: newField }),
  z.object({ action: z.literal('renameField'), table, field, name: z.string() }),
  z.object({ action: z.literal('deleteField'), table, field }),
  z.object({
    action: z.literal('changeFieldType'),
    table,
    field,
    type: z.string(),
    options: z.unknown().optional(),
  }),
  z.object({ action: z.literal('addSelectOption'), table, field, name: z.string() }),
  z.object({
    action: z.literal('renameSelectOption'),
    table,
    field,
    option: z.string(),
    name: z.string(),
  }),
  z.object({ action: z.literal('deleteSelectOption'), table, field, option: z.string() }),
  z.object({
    action: z.literal('addView'),
    table,
    name: z.string(),
    filterByFormula: z.string().optional(),
    sort: z.array(sortKey).optional(),
  }),
]);

/** Their names. */
export const PERSON_ACTIONS = personAction.options.map(({ shape }) => shape.action.value);

export type PersonAction = z.infer<typeof personAction>;
export type NewField = z.infer<typeof newField>;
