import type { LinkList } from './linkList.ts';

/** What a user may do in a base, weakest first. */
export const PERMISSION_LEVELS = ['none', 'read', 'comment', 'edit', 'create'] as const;
export type PermissionLevel = (typeof PERMISSION_LEVELS)[number];

export const permits = (held: PermissionLevel, needed: PermissionLevel): boolean =>
  PERMISSION_LEVELS.indexOf(held) >= PERMISSION_LEVELS.indexOf(needed);

export type User = { id: string; email: string; name: string };

/** Field types that a person or a client writes. */
export const WRITABLE_TYPES = [
  'singleLineText',
  'email',
  'url',
  'multilineText',
  'richText',
  'phoneNumber',
  'number',
  'percent',
  'currency',
  'rating',
  'duration',
  'checkbox',
  'singleSelect',
  'multipleSelects',
  'singleCollaborator',
  'multipleCollaborators',
  'multipleRecordLinks',
  'multipleAttachments',
  'date',
  'dateTime',
  'barcode',
] as const;

/** Field types whose cells Airtable computes; the API neither writes nor creates them. */
export const COMPUTED_TYPES = [
  'formula',
  'rollup',
  'count',
  'multipleLookupValues',
  'autoNumber',
  'createdTime',
  'lastModifiedTime',
  'createdBy',
  'lastModifiedBy',
  'button',
  'aiText',
  'externalSyncSource',
] as const;

export type FieldType = (typeof WRITABLE_TYPES)[number] | (typeof COMPUTED_TYPES)[number];

const computed: ReadonlySet<string> = new Set(COMPUTED_TYPES);
export const isComputedType = (type: FieldType): boolean => computed.has(type);

const known: ReadonlySet<string> = new Set([...WRITABLE_TYPES, ...COMPUTED_TYPES]);
export const isFieldType = (text: string): text is FieldType => known.has(text);

export type Choice = { id: string; name: string; color: string };

/** Every option any field type has; which ones a type has is `fieldOptions.ts`. */
export type FieldOptions = {
  precision?: number;
  symbol?: string;
  choices?: Choice[];
  linkedTableId?: string;
  inverseLinkFieldId?: string;
  isReversed?: boolean;
  prefersSingleRecordLink?: boolean;
  viewIdForRecordSelection?: string;
  dateFormat?: { name: string; format: string };
  timeFormat?: { name: string; format: string };
  timeZone?: string;
  durationFormat?: string;
  icon?: string;
  color?: string;
  max?: number;
  formula?: string;
  recordLinkFieldId?: string;
  fieldIdInLinkedTable?: string;
};

export type Field = {
  id: string;
  name: string;
  type: FieldType;
  description?: string;
  options?: FieldOptions;
};

export type View = {
  id: string;
  name: string;
  type: string;
  /** Records outside the filter are not in the view; absent shows all. */
  filterByFormula?: string;
  sort?: { fieldId: string; direction: 'asc' | 'desc' }[];
  visibleFieldIds?: string[];
};

export type Attachment = {
  id: string;
  filename: string;
  type: string;
  size: number;
  /** Where the file came from, or null for an upload whose bytes are kept. */
  sourceUrl: string | null;
  bytes: Uint8Array | null;
};

/**
 * A cell as stored: text, number and checkbox as they are; a select as its choice id, so that
 * renaming a choice renames it everywhere; a date as `YYYY-MM-DD`; a date with time as ISO in UTC;
 * collaborators as user ids. An empty cell is not stored at all.
 */
export type CellValue =
  | string
  | number
  | true
  | readonly string[]
  | LinkList
  | { attachments: readonly Attachment[] }
  | { barcode: { text: string; type?: string } };

export type Comment = {
  id: string;
  authorId: string;
  text: string;
  createdMs: number;
  updatedMs: number | null;
  parentCommentId?: string;
};

export type Row = {
  id: string;
  /** The place of the row in the order of creation, which autoNumber fields show. */
  number: number;
  createdMs: number;
  createdBy: string;
  modifiedMs: number;
  modifiedBy: string;
  /** Field id → stored value. Replaced, never changed in place, once `cellsShared` is set. */
  cells: Map<string, CellValue>;
  cellsShared: boolean;
  /** Field id → last edit, for fields edited after creation. */
  fieldModifiedMs: Map<string, number> | null;
  comments: Comment[];
};

export type ChangeSource =
  | 'client'
  | 'publicApi'
  | 'formSubmission'
  | 'formPageSubmission'
  | 'automation'
  | 'system'
  | 'sync'
  | 'anonymousUser'
  | 'unknown';

/** Who makes a change and by which way it came, as webhook payloads tell it. */
export type Actor = { source: ChangeSource; user: User; permissionLevel: PermissionLevel };
