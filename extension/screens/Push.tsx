import { useState } from 'react';
import type { PushView } from '../../shared/api/push.ts';
import type { Backend } from '../backend.ts';
import { Empty } from '../components/Section.tsx';
import { Tabs, type Tab } from '../components/Tabs.tsx';
import { MOST_ROWS, PLANNED_TABLE } from '../push.ts';
import { useEdits, useSelection, useTableNow, useViewRows } from '../sdk.ts';
import { plural, whole } from '../words.ts';
import { PushDecisions } from './PushDecisions.tsx';
import { PushPreview } from './PushPreview.tsx';
import { PushProgress } from './PushProgress.tsx';

type Source = 'selected' | 'view';

type Pushed = { push: PushView; leftOut: number };

/** "Sync to Buildium": what is planned in the base becomes transactions there, after a look at what exactly. */
export function Push({ backend }: { backend: Backend }) {
  const [source, setSource] = useState<Source>('selected');
  const [pushed, setPushed] = useState<Pushed | null>(null);
  const selection = useSelection();
  const view = useViewRows(source === 'view');
  const chosen = source === 'view' ? view.ids : selection.recordIds;
  const recordIds = chosen.slice(0, MOST_ROWS);
  const planned = useTableNow(PLANNED_TABLE);
  const isOpen = planned !== null && selection.tableId === planned.tableId;
  // The rows of another table are nobody's business here, and may be many.
  const edits = useEdits(isOpen ? planned.tableId : null, recordIds);

  if (pushed) {
    const { push, leftOut } = pushed;
    return <PushProgress backend={backend} first={push} leftOut={leftOut} onClose={() => setPushed(null)} />;
  }
  const tabs: readonly Tab<Source>[] = [
    { id: 'selected', label: 'Selected rows' },
    { id: 'view', label: view.viewName === null ? 'Whole view' : `View “${view.viewName}”` },
  ];
  return (
    <>
      <PushDecisions backend={backend} />
      <Tabs label="Which rows" look="inner" tabs={tabs} current={source} onChange={setSource} />
      <div role="tabpanel" id={`panel-${source}`} aria-labelledby={`tab-${source}`}>
        {planned === null ? (
          <Empty title={`There is no table “${PLANNED_TABLE}” yet`}>
            The server makes it: run “npm run cli -- repair” where it runs. What you plan there is sent from
            here.
          </Empty>
        ) : !isOpen ? (
          <Empty title={`Open the table “${planned.name}”`}>
            Charges, payments, bills and journal entries are planned there, a row each. Select the rows to
            send, and this page shows what they would do in Buildium before anything happens.
          </Empty>
        ) : recordIds.length === 0 ? (
          <Nothing source={source} isLoaded={source === 'selected' || view.isLoaded} />
        ) : (
          <>
            {chosen.length > MOST_ROWS && (
              <p className="note">
                {plural(chosen.length, 'row')} are chosen; the first {whole(MOST_ROWS)} are shown. Send them,
                and the next ones take their place once you select those.
              </p>
            )}
            <PushPreview
              backend={backend}
              recordIds={recordIds}
              edits={edits}
              tableId={planned.tableId}
              onPushed={(push, leftOut) => setPushed({ push, leftOut })}
            />
          </>
        )}
      </div>
    </>
  );
}

function Nothing({ source, isLoaded }: { source: Source; isLoaded: boolean }) {
  if (source === 'view') {
    return (
      <Empty title={isLoaded ? 'This view shows no rows' : 'Reading the view …'}>
        {isLoaded ? 'Change its filter, or open another view of the table.' : 'This takes a moment.'}
      </Empty>
    );
  }
  return (
    <Empty title="Select the rows to send">
      Tick them in the grid: one, or many. You see first what each would do in Buildium, in dollars and field
      by field; nothing is sent before you say so.
    </Empty>
  );
}
