import type { Mapping, MappingChange } from '../../shared/api/mapping.ts';
import { Select } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import {
  choosable,
  fieldOptions,
  LEFT_OUT,
  needWords,
  placeOf,
  withField,
  withPlace,
  type Draft,
  type MappedResource,
} from '../mapping.ts';
import { capital } from '../../shared/sentence.ts';
import { plural, whole } from '../words.ts';

export type MappedPlaceProps = {
  view: Mapping;
  resource: MappedResource;
  draft: Draft;
  /** Why it cannot be changed; null when it can. */
  reason: string | null;
  whys: Readonly<Record<string, string>>;
  problems: MappingChange['problems'];
  onChange: (draft: Draft) => void;
  /** Another table was chosen: its fields are to be proposed. */
  onTable: (tableId: string) => void;
};

const NEW_TABLE = '';

/** One resource: its table, and a field for each of its columns. */
export function MappedPlace(props: MappedPlaceProps) {
  const { view, resource, draft, reason, whys, onChange, onTable } = props;
  const place = placeOf(resource, draft);
  const fields = choosable(resource);
  const table = view.tables.find(({ tableId }) => tableId === place.tableId);
  const placed = fields.filter(({ key }) => place.fields[key] != null).length;
  const problems = props.problems.filter((one) => one.resource === resource.resource);
  const isChanged = draft[resource.resource] !== undefined;
  const isWhole = resource.problem === null && resource.fields.every(({ problem }) => problem === null);
  const tone = problems.length > 0 || !isWhole ? 'warning' : table ? 'good' : 'quiet';
  const choose = (tableId: string): void => {
    const kept = placeOf(resource, {});
    const fieldsOf = tableId === kept.tableId ? kept.fields : {};
    onChange(
      withPlace(draft, resource, {
        tableId: tableId === NEW_TABLE ? null : tableId,
        fields: fieldsOf,
        leftOut: place.leftOut,
      }),
    );
    if (tableId !== NEW_TABLE && tableId !== kept.tableId) onTable(tableId);
  };
  return (
    <details className="policy">
      <summary>
        <span className={`mark-${tone}`}>
          <Icon name={tone === 'warning' ? 'warning' : tone === 'good' ? 'check' : 'clock'} />
        </span>
        <span>{capital(resource.label)}</span>
        {isChanged && <span className="pill pill-info">Changed</span>}
        <span className="muted">
          {table
            ? `“${table.name}”, ${placed} of ${plural(fields.length, 'field')}`
            : `New table “${resource.table}”`}
        </span>
      </summary>
      {resource.problem !== null && <p className="note">{resource.problem}</p>}
      <div className="place">
        <Select
          label="Table"
          value={place.tableId ?? NEW_TABLE}
          disabledReason={reason}
          error={problems.find(({ key }) => key === null)?.message ?? null}
          hint={
            whys[''] ??
            (resource.rows > 0 ? `${whole(resource.rows)} rows are linked with Buildium.` : undefined)
          }
          options={[
            { value: NEW_TABLE, label: `New table “${resource.table}”` },
            ...view.tables.map(({ tableId, name }) => ({ value: tableId, label: name })),
          ]}
          onChange={choose}
        />
        {table &&
          fields.map((field) => {
            const target = view.resources.find(({ resource: name }) => name === field.target);
            return (
              <div key={field.key} className="place-field">
                <p>
                  {field.column}
                  <span className="muted sub">{needWords(field)}</span>
                </p>
                <Select
                  label={`Field for ${field.column} in ${resource.label}`}
                  hideLabel
                  value={place.leftOut.includes(field.key) ? LEFT_OUT : (place.fields[field.key] ?? '')}
                  disabledReason={reason}
                  error={problems.find(({ key }) => key === field.key)?.message ?? field.problem}
                  hint={whys[field.key]}
                  options={fieldOptions(field, table, target ? placeOf(target, draft).tableId : null)}
                  onChange={(chosen) =>
                    onChange(withPlace(draft, resource, withField(place, field.key, chosen)))
                  }
                />
              </div>
            );
          })}
      </div>
    </details>
  );
}
