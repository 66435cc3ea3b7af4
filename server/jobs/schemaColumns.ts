import type { AnyResource } from '../../shared/resources/define.ts';
import { RESOURCES, SYNC_COLUMNS } from '../../shared/resources/index.ts';
import type { Job } from './job.ts';
import type { PlannedColumn } from './schemaParts.ts';

/** The resources that the connection wants, each after those that it links to. */
export function enabledResources(job: Pick<Job, 'settings'>): AnyResource[] {
  const isEnabled = (name: string): boolean => job.settings.resources[name]?.enabled ?? true;
  return RESOURCES.filter(
    (resource) => isEnabled(resource.partOf ?? resource.name) && isEnabled(resource.name),
  );
}

/** Keys of the fields that the connection keeps out of the base. */
export function leftOutOf({ settings }: Pick<Job, 'settings'>, resource: AnyResource): readonly string[] {
  return settings.resources[resource.name]?.leftOut ?? [];
}

/** Every column that has a place in the base. */
export function mappedColumns(job: Pick<Job, 'settings'>, resource: AnyResource): PlannedColumn[] {
  const leftOut = leftOutOf(job, resource);
  return columnsOf(resource).filter(({ key }) => !leftOut.includes(key));
}

/** Rows are named by the first column; what people fill in and the sync's own notes are asked for elsewhere. */
export function mayBeLeftOut(resource: AnyResource, key: string): boolean {
  return resource.fields.slice(1).some((field) => field.key === key);
}

/** Every column of a resource's table; the primary field is the first. */
export function columnsOf(resource: AnyResource): PlannedColumn[] {
  const sync = Object.values(SYNC_COLUMNS) as unknown as PlannedColumn[];
  const shape = (field: PlannedColumn): PlannedColumn => ({
    key: field.key,
    column: field.column,
    kind: field.kind,
    description: field.description,
    ...(field.choices ? { choices: field.choices } : {}),
    ...(field.precision === undefined ? {} : { precision: field.precision }),
    ...(field.target === undefined ? {} : { target: field.target }),
  });
  return [...resource.fields, ...resource.entered, ...sync].map((field) => shape(field as PlannedColumn));
}
