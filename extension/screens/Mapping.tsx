import type { ResourceStatus } from '../../shared/syncStatus.ts';
import { Icon } from '../components/Icon.tsx';
import { Section } from '../components/Section.tsx';
import { useFieldNames } from '../sdk.ts';
import { VOCABULARY } from '../vocabulary.ts';
import { capital, plural, resourceWords } from '../words.ts';

/** Which table and which fields stand for what. The server knows them by their ids: names are people's own. */
export function Mapping({ resources }: { resources: readonly ResourceStatus[] }) {
  return (
    <Section
      title="Tables and fields"
      lead="The server knows tables and fields by their ids: rename and move them freely. Where one was deleted, or for tables of your own, run “npm run cli -- repair” or “npm run cli -- setup” where the server runs: it proposes a place for every field, and changes nothing before you agree."
    >
      {resources.map(({ resource, table, problem }) => (
        <Mapped key={resource} resource={resource} table={table} problem={problem} />
      ))}
    </Section>
  );
}

function Mapped({ resource, table, problem }: { resource: string; table: string; problem: string | null }) {
  const inBase = useFieldNames(table);
  const fields = VOCABULARY.find(({ name }) => name === resource)?.fields ?? [];
  const found = fields.filter(([, column]) => inBase?.has(column) === true);
  const isWhole = inBase !== null && found.length === fields.length;
  return (
    <details className="policy">
      <summary>
        <span className={problem === null && isWhole ? 'mark-good' : 'mark-warning'}>
          <Icon name={problem === null && isWhole ? 'check' : 'warning'} />
        </span>
        <span>{capital(resourceWords(resource).many)}</span>
        <span className="muted">
          {inBase === null
            ? `“${table}” has another name now`
            : `“${table}”, ${found.length} of ${plural(fields.length, 'field')} by their first name`}
        </span>
      </summary>
      {problem !== null && <p className="note">{problem}</p>}
      <ul className="mapped">
        {fields.map(([key, column, kind]) => (
          <li key={key}>
            <span>{column}</span>
            <span className="muted">
              {kind}
              {inBase !== null && !inBase.has(column) && ', renamed or not made'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
