import type { AnyResource } from '../../../shared/resources/define.ts';
import { resourceNamed } from '../../../shared/resources/index.ts';
import type { LossGroup } from '../../db/losses.ts';

/** What a person is asked, and what each answer does, in words. */
export type Question = { question: string; ifApproved: string; ifIgnored: string };

export function questionOf(group: LossGroup & { entities: number; tableRows: number }): Question {
  const resource = resourceNamed(group.resource);
  const { one, many } = resource.label;
  const count = `${group.entities} of ${group.tableRows} ${many}`;
  const column = columnOf(resource, group.fieldKey);
  switch (group.kind) {
    case 'goneFromBuildium':
      return {
        question: `${count} are gone from Buildium within a day. Is that right, or does the API key see less than before?`,
        ifApproved: `Each is looked at once more, and the rows of those that are gone are marked as deleted in Buildium. No row is removed.`,
        ifIgnored: `The rows stay as they are. A ${one} that Buildium shows again goes on as before.`,
      };
    case 'rowDeleted':
      return {
        question: `The rows of ${count} were deleted in Airtable within a day. Shall they be made again?`,
        ifApproved: `The rows are made again from Buildium.`,
        ifIgnored: `They stay deleted: these ${many} are detached from the sync. Nothing changes in Buildium.`,
      };
    case 'blankInBuildium':
      return {
        question: `${column} went blank in Buildium for ${count} within a day. Shall the cells in Airtable be cleared too?`,
        ifApproved: `The cells in Airtable are cleared.`,
        ifIgnored: `The cells in Airtable keep what they show. Buildium is left as it is.`,
      };
    case 'blankInAirtable':
      return {
        question: `${column} was cleared in Airtable for ${count} within a day. Shall it be cleared in Buildium too?`,
        ifApproved: `The values in Buildium are cleared.`,
        ifIgnored: `Buildium keeps its values, and they are put back into Airtable.`,
      };
  }
}

/** The same for a notice or a mail, which must not change with every further one. */
export function askedFor({
  resource: name,
  kind,
  fieldKey,
  tableRows,
}: LossGroup & { tableRows: number }): string {
  const resource = resourceNamed(name);
  const { many } = resource.label;
  const what = {
    goneFromBuildium: `Many of the ${tableRows} ${many} are gone from Buildium. They are not marked as deleted`,
    rowDeleted: `Many rows of the ${tableRows} ${many} were deleted in Airtable. They are not made again`,
    blankInBuildium: `${columnOf(resource, fieldKey)} went blank in Buildium for many of the ${tableRows} ${many}. Airtable keeps its values`,
    blankInAirtable: `${columnOf(resource, fieldKey)} was cleared in Airtable for many of the ${tableRows} ${many}. Buildium keeps its values`,
  }[kind];
  return `${what} until somebody decides: in the extension, or with "npm run cli -- approvals".`;
}

export function columnOf(resource: AnyResource, fieldKey: string): string {
  return resource.fields.find((field) => field.key === fieldKey)?.column ?? fieldKey;
}
