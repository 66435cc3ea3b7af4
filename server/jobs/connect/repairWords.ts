import { resourceNamed } from '../../../shared/resources/index.ts';
import type { Repair } from './repair.ts';

/** What a repair has done, a sentence each; none where there was nothing to do. */
export function repairWords({ tablesCreated, fieldsCreated, fieldsBack, webhook, marked }: Repair): string[] {
  return [
    ...tablesCreated.map((name) => `Made the table "${name}" anew.`),
    ...fieldsCreated.map((name) => `Made the field "${name}" anew.`),
    ...fieldsBack.map((name) => `"${name}" is synced again.`),
    ...(webhook === 'created' ? ['Made the Airtable webhook anew.'] : []),
    ...Object.entries(marked).map(
      ([name, count]) =>
        `${count} ${resourceNamed(name).label.many} are looked at again; the server fills what is blank.`,
    ),
  ];
}
