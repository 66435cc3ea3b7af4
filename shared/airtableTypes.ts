/** Airtable's field types in the words that its own screens use. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  singleLineText: 'single line text',
  multilineText: 'long text',
  richText: 'rich text',
  email: 'email',
  phoneNumber: 'phone number',
  url: 'URL',
  currency: 'currency',
  number: 'number',
  percent: 'percent',
  date: 'date',
  dateTime: 'date with time',
  singleSelect: 'single select',
  multipleSelects: 'multiple select',
  checkbox: 'checkbox',
  multipleRecordLinks: 'link to another table',
  multipleAttachments: 'attachment',
  formula: 'formula',
  rollup: 'rollup',
  count: 'count',
  multipleLookupValues: 'lookup',
  autoNumber: 'autonumber',
  createdTime: 'created time',
  lastModifiedTime: 'last modified time',
  createdBy: 'created by',
  lastModifiedBy: 'last modified by',
  singleCollaborator: 'user',
  multipleCollaborators: 'users',
  rating: 'rating',
  duration: 'duration',
  barcode: 'barcode',
  button: 'button',
  externalSyncSource: 'sync source',
  aiText: 'AI text',
};

const COMPUTED: ReadonlySet<string> = new Set([
  ...['formula', 'rollup', 'count', 'multipleLookupValues', 'autoNumber', 'createdTime', 'lastModifiedTime'],
  ...['createdBy', 'lastModifiedBy', 'button', 'externalSyncSource', 'aiText'],
]);

/** "currency or number"; a type that Airtable has added since is named as its API names it. */
export function typeWords(types: readonly string[]): string {
  return types.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
}

/** Whether Airtable fills the cells by itself, so that nobody can write into them. */
export function isComputed(type: string): boolean {
  return COMPUTED.has(type);
}
