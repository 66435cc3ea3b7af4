/**
 * Text as a literal in an Airtable formula. Double quotes and backslashes are escaped, and so are line ends and
 * tabs; everything else, braces included, stands for itself between the quotes.
 */
export function formulaText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** A field by its id, which no renaming breaks. */
export function formulaField(fieldId: string): string {
  return `{${fieldId}}`;
}

/** Rows whose field shows one of the values; a number field is compared with numbers, any other with text. */
export function fieldIsOneOf(fieldId: string, values: readonly (string | number)[]): string {
  const field = formulaField(fieldId);
  return anyOf(
    values.map((value) => `${field}=${typeof value === 'number' ? String(value) : formulaText(value)}`),
  );
}

/** Rows whose field shows one of the texts to a reader: in any case, with blanks around it, its accents composed or not. */
export function fieldReadsAs(fieldId: string, texts: readonly string[]): string {
  const shown = `LOWER(TRIM(${formulaField(fieldId)}&""))`;
  const forms = texts.flatMap((text) => {
    const lower = text.trim().toLowerCase();
    return [lower.normalize('NFC'), lower.normalize('NFD')];
  });
  return anyOf([...new Set(forms)].map((form) => `${shown}=${formulaText(form)}`));
}

/** The rows with one of the ids. */
export function recordIsOneOf(recordIds: readonly string[]): string {
  return anyOf(recordIds.map((id) => `RECORD_ID()=${formulaText(id)}`));
}

/** Rows in which one of the fields holds something; a number's zero is something, though Airtable calls it blank. */
export function oneIsFilled(fieldIds: readonly string[]): string {
  return anyOf(fieldIds.map((id) => `LEN(${formulaField(id)}&"")>0`));
}

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 && conditions[0] !== undefined
    ? conditions[0]
    : `OR(${conditions.join(',')})`;
}
