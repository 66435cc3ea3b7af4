import { useState } from 'react';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Tabs, type Tab } from '../components/Tabs.tsx';
import { Empty } from '../components/Section.tsx';
import { useSelection } from '../sdk.ts';
import { plural } from '../words.ts';
import { AuditFilters, NO_FILTER, type AuditFilter } from './AuditFilters.tsx';
import { AuditList } from './AuditList.tsx';
import { RecordTimeline } from './RecordTimeline.tsx';
import { RowName } from './RowName.tsx';

type Scope = 'row' | 'all';

export type ActivityProps = { backend: Backend; resources: readonly ResourceStatus[] };

/** What was changed, when, by whom and why: of the selected row, or of the whole connection. */
export function Activity({ backend, resources }: ActivityProps) {
  const selection = useSelection();
  const [chosen, setScope] = useState<Scope | null>(null);
  // The selection is known a moment after the page: until somebody says otherwise, the selected row comes first.
  const scope = chosen ?? (selection.recordIds.length === 1 ? 'row' : 'all');
  const [filter, setFilter] = useState<AuditFilter>(NO_FILTER);
  const tabs: readonly Tab<Scope>[] = [
    { id: 'row', label: 'Selected row' },
    { id: 'all', label: 'Everything' },
  ];
  return (
    <>
      <Tabs label="Which activity" look="inner" tabs={tabs} current={scope} onChange={setScope} />
      <div role="tabpanel" id={`panel-${scope}`} aria-labelledby={`tab-${scope}`}>
        {scope === 'all' ? (
          <>
            <h2 className="visually-hidden">Everything that was changed</h2>
            <AuditFilters backend={backend} filter={filter} resources={resources} onChange={setFilter} />
            <AuditList backend={backend} filter={filter} resources={resources} />
          </>
        ) : (
          <OfSelection backend={backend} selection={selection} />
        )}
      </div>
    </>
  );
}

function OfSelection({
  backend,
  selection,
}: {
  backend: Backend;
  selection: ReturnType<typeof useSelection>;
}) {
  const { recordIds, tableName } = selection;
  const [recordId] = recordIds;
  if (recordId === undefined) {
    return (
      <Empty title="Select a row in the grid">
        Its whole history appears here: every change, where it came from, and why the sync did what it did. It
        follows your selection.
      </Empty>
    );
  }
  if (recordIds.length > 1) {
    return (
      <Empty title={`${plural(recordIds.length, 'row')} are selected`}>
        Select a single one to see its history.
      </Empty>
    );
  }
  return (
    <>
      <h2 className="timeline-of">
        <RowName tableName={selection.tableId} recordId={recordId} otherwise="The selected row" />
        {tableName !== null && <span className="muted"> in {tableName}</span>}
      </h2>
      <RecordTimeline key={recordId} backend={backend} recordId={recordId} />
    </>
  );
}
