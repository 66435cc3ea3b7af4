import { useEffect, useState } from 'react';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Select, TextField } from '../components/Field.tsx';
import { useRemote, valueOf } from '../remote.ts';
import { capital } from '../../shared/sentence.ts';
import { ACTIONS, actionWords, actorWords } from '../words.ts';

export type AuditFilter = {
  resource: string;
  action: string;
  actor: string;
  text: string;
  fromDay: string;
  toDay: string;
};

export const NO_FILTER: AuditFilter = {
  resource: '',
  action: '',
  actor: '',
  text: '',
  fromDay: '',
  toDay: '',
};

const STILL_MS = 350;

export type AuditFiltersProps = {
  backend: Backend;
  filter: AuditFilter;
  resources: readonly ResourceStatus[];
  onChange: (filter: AuditFilter) => void;
};

export function AuditFilters({ backend, filter, resources, onChange }: AuditFiltersProps) {
  const [typed, setTyped] = useState(filter.text);
  const actors = useRemote(() => backend.ask('listAuditActors'), backend.session.connectionId);
  useEffect(() => {
    if (typed.trim() === filter.text) return undefined;
    const timer = window.setTimeout(() => onChange({ ...filter, text: typed.trim() }), STILL_MS);
    return () => window.clearTimeout(timer);
  }, [typed, filter, onChange]);
  return (
    <div className="filters" role="search" aria-label="Activity">
      <TextField
        label="Search"
        hideLabel
        type="search"
        placeholder="Search: a name, an id, a value, a reason"
        value={typed}
        onChange={setTyped}
      />
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
      <Select
        label="Who"
        hideLabel
        value={filter.actor}
        options={[
          { value: '', label: 'Anybody' },
          ...(valueOf(actors.remote)?.actors ?? []).map(({ actor }) => ({
            value: actor,
            label: actorWords(actor),
          })),
        ]}
        onChange={(actor) => onChange({ ...filter, actor })}
      />
      <div className="filter-days">
        <TextField
          label="From day"
          hideLabel
          type="date"
          value={filter.fromDay}
          onChange={(fromDay) => onChange({ ...filter, fromDay })}
        />
        <span aria-hidden="true">–</span>
        <TextField
          label="To day"
          hideLabel
          type="date"
          value={filter.toDay}
          onChange={(toDay) => onChange({ ...filter, toDay })}
        />
      </div>
    </div>
  );
}
