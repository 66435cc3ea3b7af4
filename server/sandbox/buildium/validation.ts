import * as z from 'zod';
import { isPlainDate } from '../../../shared/dates.ts';
import { centsFromDollars } from '../../../shared/money.ts';
import { refuse, type Answer, type FieldError } from './answers.ts';
import { COUNTRIES, STATES } from './countries.ts';

/**
 * The vocabulary of request bodies. What a body leaves out is null afterwards: a PUT stores exactly what
 * it parsed, so everything omitted is blanked, as Buildium does. Money is cents as soon as it is parsed.
 */
export const int32 = z.int().min(-2_147_483_648).max(2_147_483_647);
export const id = z.int().min(1).max(2_147_483_647);
export const flag = z.boolean();
export const text = (max: number) =>
  z.string().trim().min(1, 'This field is required.').max(max, tooLong(max));
export const date = z.string().refine(isPlainDate, 'The date must be formatted as YYYY-MM-DD.');

const cents = z.number().transform((dollars, context) => {
  const parsed = centsFromDollars(dollars);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: 'custom', message: `The amount ${parsed.error}.` });
  return z.NEVER;
});

/** Any amount, negative too: lines of checks and journal entries, reserves, rents. */
export const money = cents;

const LARGEST_AMOUNT_CENTS = 999_999_999;

/** The amount of a line of a charge, payment, bill: 0.01 to 9,999,999.99. */
export const amount = cents.refine(
  (value) => value >= 1 && value <= LARGEST_AMOUNT_CENTS,
  'The amount must be between 0.01 and 9999999.99.',
);

/** Absent and null are the same to Buildium. */
export function optional<S extends z.ZodType>(schema: S): z.ZodType<z.output<S> | null> {
  return schema.nullish().transform((value) => value ?? null);
}

export const optionalText = (max: number) => optional(z.string().max(max, tooLong(max)));

export const choice = <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values);

function tooLong(max: number): string {
  return `The value cannot exceed ${max} characters.`;
}

export const address = z
  .strictObject({
    AddressLine1: text(100),
    AddressLine2: optionalText(100),
    AddressLine3: optionalText(100),
    City: optionalText(100),
    State: optionalText(50),
    PostalCode: text(20),
    Country: z
      .string()
      .refine((name) => COUNTRIES.includes(name), 'The country is not a known country name.'),
  })
  .refine((value) => !value.State || (STATES[value.Country]?.includes(value.State) ?? true), {
    message: 'The state is not valid for the country.',
    path: ['State'],
  });
export type Address = z.output<typeof address>;

const phone = optional(
  z
    .string()
    .min(10, 'A phone number has 10 to 20 characters.')
    .max(20, 'A phone number has 10 to 20 characters.'),
);
export const phoneNumbers = z.strictObject({ Home: phone, Work: phone, Mobile: phone, Fax: phone });
export type PhoneNumbers = z.output<typeof phoneNumbers>;

export const email = optional(
  z
    .string()
    .refine((value) => value === '' || /^\S+@\S+\.\S+$/.test(value), 'The email address is not valid.'),
);

export const accountingEntity = z.strictObject({
  Id: id,
  AccountingEntityType: choice('Association', 'Rental', 'Company'),
  UnitId: optional(id),
});
export type AccountingEntityInput = z.output<typeof accountingEntity>;

/** The parsed body, or the 422 that lists every field and its rule. */
export function parseBody<S extends z.ZodType>(
  schema: S,
  body: unknown,
): { ok: true; value: z.output<S> } | { ok: false; refusal: Answer } {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap(fieldErrors);
  return {
    ok: false,
    refusal: refuse(422, 'The request data could not be used to fulfill the request.', errors),
  };
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.reduce<string>(
    (joined, part) =>
      typeof part === 'number' ? `${joined}[${part}]` : joined ? `${joined}.${String(part)}` : String(part),
    '',
  );
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      Key: path ? `${path}.${key}` : key,
      Value: 'This field is not known.',
    }));
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return [{ Key: path, Value: `The ${path} field is required.` }];
  return [{ Key: path, Value: issue.message }];
}
