import * as z from 'zod';

/**
 * The shapes inside Buildium's messages that several resources share. Loose on purpose: Buildium adds
 * fields and enum values without notice, and a pull must not stop for them.
 */
export const address = z
  .looseObject({
    AddressLine1: z.string().nullish(),
    AddressLine2: z.string().nullish(),
    AddressLine3: z.string().nullish(),
    City: z.string().nullish(),
    State: z.string().nullish(),
    PostalCode: z.string().nullish(),
    Country: z.string().nullish(),
  })
  .nullish();

export const phoneNumbers = z
  .array(z.looseObject({ Number: z.string().nullish(), Type: z.string().nullish() }))
  .nullish();

export const accountingEntity = z
  .looseObject({
    Id: z.number(),
    AccountingEntityType: z.string(),
    Unit: z.looseObject({ Id: z.number() }).nullish(),
  })
  .nullish();

export const glAccountReference = z.looseObject({ Id: z.number(), Name: z.string().nullish() }).nullish();

export type Address = z.infer<typeof address>;
export type PhoneNumbers = z.infer<typeof phoneNumbers>;

/** Street lines below each other, as one would write them on an envelope. */
export function street(value: Address): string | null {
  const lines = [value?.AddressLine1, value?.AddressLine2, value?.AddressLine3].filter((line) => line);
  return lines.length > 0 ? lines.join('\n') : null;
}

/** The first number of one of the types, in the given order. */
export function phoneOf(numbers: PhoneNumbers, types: readonly string[]): string | null {
  for (const type of types) {
    const found = numbers?.find((entry) => entry.Type === type && entry.Number);
    if (found?.Number) return found.Number;
  }
  return null;
}

/** A number as a link's id; Buildium writes "none" as null or 0. */
export function reference(id: number | null | undefined): string | null {
  return id ? String(id) : null;
}
