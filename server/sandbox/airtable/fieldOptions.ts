import * as z from 'zod';
import { isTimeZone } from './instants.ts';
import type { Base } from './base.ts';
import type { Choice, FieldOptions, FieldType } from './model.ts';

const HUES = ['blue', 'cyan', 'teal', 'green', 'yellow', 'orange', 'red', 'pink', 'purple', 'gray'];

/** The colours that choices get in turn when none is asked for. */
export const CHOICE_COLORS: readonly string[] = HUES.map((hue) => `${hue}Light2`);
const ALL_COLORS = HUES.flatMap((hue) => ['Light2', 'Light1', 'Bright', 'Dark1'].map((shade) => hue + shade));
const BRIGHT = HUES.map((hue) => `${hue}Bright`);

const DATE_FORMATS: Record<string, string> = {
  local: 'l',
  friendly: 'LL',
  us: 'M/D/YYYY',
  european: 'D/M/YYYY',
  iso: 'YYYY-MM-DD',
};
const TIME_FORMATS: Record<string, string> = { '12hour': 'h:mma', '24hour': 'HH:mm' };

/** `{name, format?}`, where a format that is given must be the name's own. */
const named = (formats: Record<string, string>) =>
  z
    .strictObject({ name: z.enum(Object.keys(formats)), format: z.string().optional() })
    .refine(({ name, format }) => format === undefined || format === formats[name])
    .transform(({ name }) => ({ name, format: formats[name] ?? '' }));

const choice = z.strictObject({
  id: z.string().optional(),
  name: z.string().trim().min(1),
  color: z.enum(ALL_COLORS).optional(),
});
const choices = z.strictObject({
  choices: z.array(choice).refine((list) => new Set(list.map((item) => item.name)).size === list.length),
});
const precision = (most: number) => z.int().min(0).max(most);
const dateFormat = named(DATE_FORMATS);

/** The options a client must give with a field of each type; a type that is absent takes none. */
const SCHEMAS = {
  number: z.strictObject({ precision: precision(8) }),
  percent: z.strictObject({ precision: precision(8) }),
  currency: z.strictObject({ precision: precision(7), symbol: z.string() }),
  rating: z.strictObject({
    icon: z.enum(['star', 'heart', 'thumbsUp', 'flag', 'dot']),
    max: z.int().min(1).max(10),
    color: z.enum(BRIGHT),
  }),
  checkbox: z.strictObject({
    icon: z.enum(['check', 'xCheckbox', 'star', 'heart', 'thumbsUp', 'flag', 'dot']),
    color: z.enum(BRIGHT),
  }),
  duration: z.strictObject({
    durationFormat: z.enum(['h:mm', 'h:mm:ss', 'h:mm:ss.S', 'h:mm:ss.SS', 'h:mm:ss.SSS']),
  }),
  singleSelect: choices,
  multipleSelects: choices,
  multipleRecordLinks: z.strictObject({
    linkedTableId: z.string(),
    viewIdForRecordSelection: z.string().optional(),
  }),
  date: z.strictObject({ dateFormat }),
  dateTime: z.strictObject({
    timeZone: z.string().refine((zone) => zone === 'client' || (zone !== 'UTC' && isTimeZone(zone))),
    dateFormat,
    timeFormat: named(TIME_FORMATS),
  }),
} satisfies Partial<Record<FieldType, z.ZodType>>;

const schemaOf = (type: FieldType): z.ZodType<object> | undefined =>
  (SCHEMAS as Partial<Record<FieldType, z.ZodType<object>>>)[type];

export type OptionsResult = { ok: true; options: FieldOptions | undefined } | { ok: false; problem: string };

/**
 * The options of a new field, or what is wrong with them in the words of Airtable's schema check.
 * Options that Airtable only reads out (`isReversed`, `prefersSingleRecordLink`…) are refused.
 */
export function readOptions(base: Base, fieldName: string, type: FieldType, given: unknown): OptionsResult {
  const schema = schemaOf(type);
  if (!schema) return { ok: true, options: undefined };
  if (given === undefined || given === null) return { ok: false, problem: `${fieldName}.options is missing` };
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const path = [fieldName, 'options', ...(parsed.error.issues[0]?.path ?? []).map(String)].join('.');
    return { ok: false, problem: `${path} is invalid` };
  }
  const options = parsed.data as Omit<FieldOptions, 'choices'> & { choices?: ChoiceInput[] };
  const { choices: chosen, ...rest } = options;
  if (rest.linkedTableId !== undefined && !base.tableById(rest.linkedTableId)) {
    return { ok: false, problem: `${fieldName}.options.linkedTableId is invalid` };
  }
  return { ok: true, options: chosen ? { ...rest, choices: makeChoices(base, chosen, []) } : rest };
}

export type ChoiceInput = { id?: string | undefined; name: string; color?: string | undefined };

/** Choices with ids: an id that is held is kept and may get a new name or colour. */
export function makeChoices(base: Base, wanted: readonly ChoiceInput[], held: readonly Choice[]): Choice[] {
  return wanted.map((item, place) => {
    const same = held.find((candidate) => candidate.id === item.id || candidate.name === item.name);
    const color = item.color ?? same?.color ?? CHOICE_COLORS[place % CHOICE_COLORS.length] ?? 'blueLight2';
    return { id: same?.id ?? base.newId('sel'), name: item.name, color };
  });
}
