import { RESOURCES } from '../../../shared/resources/index.ts';

const HEAD = `import type { FieldKind } from '../shared/resources/values.ts';

/** Written by npm run generate: the words of every resource, for a panel that reads and parses none of them. */
export const VOCABULARY: readonly {
  name: string;
  one: string;
  many: string;
  table: string;
  /** It has lists of its own in Buildium, and a switch in the settings. */
  isRoot: boolean;
  fields: readonly (readonly [key: string, column: string, kind: FieldKind])[];
}[] = `;

/** What the extension says of resources and fields. */
export function vocabularyText(): string {
  const words = RESOURCES.map(({ name, label, table, read, fields, entered }) => ({
    name,
    ...label,
    table,
    isRoot: read !== null,
    fields: [...fields, ...entered].map(({ key, column, kind }) => [key, column, kind]),
  }));
  return `${HEAD}${JSON.stringify(words)};`;
}
