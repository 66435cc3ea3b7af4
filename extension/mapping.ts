import type { ApiBody } from '../shared/api.ts';
import { isComputed, typeWords } from '../shared/airtableTypes.ts';
import type { Mapping, MappingProposal } from '../shared/api/mapping.ts';

export type MappedResource = Mapping['resources'][number];
export type MappedField = MappedResource['fields'][number];
export type BaseTable = Mapping['tables'][number];

/** Where a resource is to stand; null: the sync makes a table or a field of its own. */
export type Place = {
  tableId: string | null;
  fields: Readonly<Record<string, string | null>>;
  /** Fields that get no place at all. */
  leftOut: readonly string[];
};

/** What was chosen and is not saved yet, by resource. */
export type Draft = Readonly<Record<string, Place>>;

/** The sync keeps its notes in fields of its own; only the one that rows are found by is for people to choose. */
export function choosable({ fields }: MappedResource): MappedField[] {
  return fields.filter(({ flow, key }) => flow !== 'sync' || key === 'buildiumId');
}

export function placeOf(resource: MappedResource, draft: Draft): Place {
  const fields = Object.fromEntries(resource.fields.map(({ key, fieldId }) => [key, fieldId]));
  const leftOut = resource.fields.flatMap(({ key, isLeftOut }) => (isLeftOut ? [key] : []));
  return draft[resource.resource] ?? { tableId: resource.tableId, fields, leftOut };
}

/** The draft with another place; one that is as it was is no change. */
export function withPlace(draft: Draft, resource: MappedResource, place: Place): Draft {
  const { [resource.resource]: _before, ...others } = draft;
  const kept = placeOf(resource, {});
  const isSame =
    kept.tableId === place.tableId &&
    [...kept.leftOut].sort().join() === [...place.leftOut].sort().join() &&
    Object.keys(kept.fields).every((key) => (kept.fields[key] ?? null) === (place.fields[key] ?? null));
  return isSame ? others : { ...others, [resource.resource]: place };
}

/** Proposals over what is open: what somebody has chosen by hand in this draft stays. */
export function withProposals(
  draft: Draft,
  resources: readonly MappedResource[],
  proposals: readonly MappingProposal[],
): Draft {
  return proposals.reduce((now, proposal) => {
    const resource = resources.find(({ resource: name }) => name === proposal.resource);
    if (!resource || proposal.tableId === null) return now;
    const fields = proposal.fields.map(({ key, fieldId }) => [key, fieldId] as const);
    const { leftOut } = placeOf(resource, now);
    return withPlace(now, resource, {
      ...{ tableId: proposal.tableId, fields: Object.fromEntries(fields), leftOut },
    });
  }, draft);
}

export function wishesOf(draft: Draft): NonNullable<ApiBody<'changeMapping'>>['resources'] {
  return Object.entries(draft).map(([resource, { tableId, fields, leftOut }]) => ({
    ...{ resource, tableId, fields: { ...fields }, leftOut: [...leftOut] },
  }));
}

/** What the picker of a field holds where it is left out. */
export const LEFT_OUT = '-';

/** The place with another choice for one of its fields. */
export function withField(place: Place, key: string, chosen: string): Place {
  const leftOut = place.leftOut.filter((one) => one !== key);
  const fieldId = chosen === '' || chosen === LEFT_OUT ? null : chosen;
  return {
    tableId: place.tableId,
    fields: { ...place.fields, [key]: fieldId },
    leftOut: chosen === LEFT_OUT ? [...leftOut, key] : leftOut,
  };
}

export type FieldOption = { value: string; label: string; isOff?: boolean };

/** The fields of a table, those that fit first; of the others it is said what they are. */
export function fieldOptions(
  field: MappedField,
  table: BaseTable | undefined,
  targetTableId: string | null,
): FieldOption[] {
  const fits = (one: BaseTable['fields'][number]): boolean =>
    !isComputed(one.type) &&
    field.types.includes(one.type) &&
    (field.target === null || one.linkedTableId === targetTableId);
  const all = [...(table?.fields ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  return [
    { value: '', label: `New field “${field.column}”` },
    ...(field.mayBeLeftOut ? [{ value: LEFT_OUT, label: 'Leave it out' }] : []),
    ...all.filter(fits).map((one) => ({ value: one.fieldId, label: one.name })),
    ...all
      .filter((one) => !fits(one))
      .map((one) => ({ value: one.fieldId, label: `${one.name} (${whyNotFit(one, field)})`, isOff: true })),
  ];
}

function whyNotFit(one: BaseTable['fields'][number], field: MappedField): string {
  if (field.target !== null && one.type === 'multipleRecordLinks') return 'links elsewhere';
  return typeWords([one.type]);
}

const FLOW_WORDS: Readonly<Record<MappedField['flow'], string>> = {
  bothWays: 'both ways',
  fromBuildium: 'from Buildium',
  people: 'filled in by you',
  sync: 'rows are found by it',
};

/** "currency or number, both ways": what a field must be, and which way it goes. */
export function needWords({ types, flow }: MappedField): string {
  return `${typeWords(types)}, ${FLOW_WORDS[flow]}`;
}
