import { useEffect, useState } from 'react';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import { Select, TextField } from '../components/Field.tsx';
import { ACTIONS, actionWords, capital } from '../words.ts';

export type AuditFilter = {
  resource: string;
  action: string;
  entityId: string;
  airtableRecordId: string;
};

export const NO_FILTER: AuditFilter = { resource: '', action: '', entityId: '', airtableRecordId: '' };

const STILL_MS = 350;

export type AuditFiltersProps = {
  filter: AuditFilter;
  resources: readonly ResourceStatus[];
  onChange: (filter: AuditFilter) => void;
};

export function AuditFilters({ filter, resources, onChange }: AuditFiltersProps) {
  const [typed, setTyped] = useState(filter.entityId);
  useEffect(() => {
    if (typed.trim() === filter.entityId) return undefined;
    const timer = window.setTimeout(() => onChange({ ...filter, entityId: typed.trim() }), STILL_MS);
    return () => window.clearTimeout(timer);
  }, [typed, filter, onChange]);
  return (
    <div className="filters" role="search" aria-label="Activity">
      <Select
        label="Resource"
        hideLabel
        value={filter.resource}
        options={[
          { value: '', label: 'All resources' },
          ...resources.map(({ resource, label }) => ({ value: resource, label: capital(label) })),
        ]}
        onChange={(resource) => onChange({ ...filter, resource })}
      />
      <Select
        label="What happened"
        hideLabel
        value={filter.action}
        options={[
          { value: '', label: 'Anything' },
          ...ACTIONS.map((action) => ({ value: action, label: actionWords(action) })),
        ]}
        onChange={(action) => onChange({ ...filter, action })}
      />
      <TextField
        label="Buildium ID"
        hideLabel
        type="search"
        placeholder="Buildium ID"
        value={typed}
        onChange={setTyped}
      />
    </div>
  );
}
