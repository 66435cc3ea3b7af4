import type { FieldKind } from './values.ts';

/** A choice's colour, by Airtable's names. */
export type ChoiceColor =
  | 'blueLight2'
  | 'cyanLight2'
  | 'tealLight2'
  | 'greenLight2'
  | 'yellowLight2'
  | 'orangeLight2'
  | 'redLight2'
  | 'pinkLight2'
  | 'purpleLight2'
  | 'grayLight2';

export type Choice = { name: string; color: ChoiceColor };

/** The shape in which Airtable's meta API takes a new field. */
export type AirtableFieldSpec = {
  name: string;
  type: string;
  description: string;
  options?: Record<string, unknown>;
};

export type ColumnShape = {
  column: string;
  kind: FieldKind;
  description: string;
  choices?: readonly Choice[];
  /** Digits after the point of a plain number; 0 when absent. */
  precision?: number;
};

const ROTATING_COLORS: readonly ChoiceColor[] = [
  'blueLight2',
  'greenLight2',
  'yellowLight2',
  'purpleLight2',
  'orangeLight2',
  'tealLight2',
  'pinkLight2',
  'cyanLight2',
  'redLight2',
  'grayLight2',
];

/** Choices from their names, coloured in turn. */
export function choicesNamed(names: readonly string[]): Choice[] {
  return names.map((name, index) => ({
    name,
    color: ROTATING_COLORS[index % ROTATING_COLORS.length] ?? 'grayLight2',
  }));
}

/** Airtable's field types for a kind: the first is created, the others are accepted in an existing base. */
export const AIRTABLE_TYPES: Record<FieldKind, readonly [string, ...string[]]> = {
  text: ['singleLineText', 'multilineText'],
  longText: ['multilineText', 'singleLineText', 'richText'],
  email: ['email', 'singleLineText'],
  phone: ['phoneNumber', 'singleLineText'],
  url: ['url', 'singleLineText'],
  money: ['currency', 'number'],
  number: ['number'],
  date: ['date'],
  instant: ['dateTime'],
  choice: ['singleSelect', 'singleLineText'],
  choices: ['multipleSelects'],
  checkbox: ['checkbox'],
  link: ['multipleRecordLinks'],
  percent: ['percent'],
  attachment: ['multipleAttachments'],
};

/**
 * How a column is made in Airtable.
 * @param linkedTableId the table that a link column points to; needed for links only.
 */
export function airtableFieldSpec(shape: ColumnShape, linkedTableId?: string): AirtableFieldSpec {
  const [type] = AIRTABLE_TYPES[shape.kind];
  const options = fieldOptions(shape, linkedTableId);
  return { name: shape.column, type, description: shape.description, ...(options ? { options } : {}) };
}

function fieldOptions(shape: ColumnShape, linkedTableId?: string): Record<string, unknown> | null {
  switch (shape.kind) {
    case 'money':
      return { precision: 2, symbol: '$' };
    case 'number':
      return { precision: shape.precision ?? 0 };
    case 'percent':
      return { precision: shape.precision ?? 4 };
    case 'date':
      return { dateFormat: { name: 'iso' } };
    case 'instant':
      return { timeZone: 'utc', dateFormat: { name: 'iso' }, timeFormat: { name: '24hour' } };
    case 'choice':
    case 'choices':
      return { choices: (shape.choices ?? []).map(({ name, color }) => ({ name, color })) };
    case 'checkbox':
      return { icon: 'check', color: 'greenBright' };
    case 'link':
      return { linkedTableId };
    case 'text':
    case 'longText':
    case 'email':
    case 'phone':
    case 'url':
    case 'attachment':
      return null;
  }
}
