import { useEffect, useRef, useState } from 'react';
import type { Activity } from '../page/view.ts';
import { ActivityPanel } from './ActivityPanel.tsx';
import { AirtablePanel } from './AirtablePanel.tsx';
import { BuildiumPanel } from './BuildiumPanel.tsx';
import { Header } from './Header.tsx';
import { MiddlePanel } from './MiddlePanel.tsx';
import { useDemo } from './server.ts';

const VIEWS = [
  ['buildium', 'Buildium'],
  ['activity', 'Sync'],
  ['airtable', 'Airtable'],
] as const;
type View = (typeof VIEWS)[number][0];

/** Whoever has just clicked is led to the row; nobody is pulled away from what they look at later. */
const LEAD_MS = 20_000;

export function App() {
  const state = useDemo();
  const { status, activity, isConnected } = state;
  const [view, setView] = useState<View>('buildium');
  const [target, setTarget] = useState<Activity['place']>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const actedAt = useRef(0);
  const clockOffsetMs = useClockOffset(status?.nowMs ?? null);

  const [newest] = activity.filter(({ kind, place }) => kind === 'change' && place !== null);
  useEffect(() => {
    if (newest?.place && Date.now() - actedAt.current < LEAD_MS) {
      actedAt.current = 0;
      setTarget(newest.place);
    }
  }, [newest?.id]);
  useEffect(() => {
    if (problem === null) return;
    const timer = setTimeout(() => setProblem(null), 8_000);
    return () => clearTimeout(timer);
  }, [problem]);

  const show = (place: Activity['place']): void => {
    setTarget(place && { ...place });
    setView('airtable');
  };
  useExpandedRecord(state.extensionUrl, show);
  return (
    <div className={`app view-${view}${state.extensionUrl === null ? '' : ' has-extension'}`}>
      <Header status={status} isConnected={isConnected} />
      <nav className="views" aria-label="What to look at">
        {VIEWS.map(([name, label]) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
            {label}
          </button>
        ))}
      </nav>
      <main>
        <BuildiumPanel
          state={state}
          clockOffsetMs={clockOffsetMs}
          onActed={() => {
            actedAt.current = Date.now();
            // Where only one of the three is in sight, what comes of it is seen here.
            setView('activity');
          }}
        />
        <MiddlePanel extensionUrl={state.extensionUrl}>
          <ActivityPanel
            activity={activity}
            status={status}
            clockOffsetMs={clockOffsetMs}
            onShow={show}
            onProblem={setProblem}
          />
        </MiddlePanel>
        <AirtablePanel state={state} clockOffsetMs={clockOffsetMs} target={target} onProblem={setProblem} />
      </main>
      {problem !== null && (
        <div className="toast" role="alert">
          {problem}
          <button type="button" className="link" onClick={() => setProblem(null)}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}

/** The extension asks Airtable's page to open a row: here the grid leads to it. */
function useExpandedRecord(extensionUrl: string | null, show: (place: Activity['place']) => void): void {
  const newest = useRef(show);
  newest.current = show;
  useEffect(() => {
    if (extensionUrl === null) return undefined;
    const { origin } = new URL(extensionUrl);
    const hear = (event: MessageEvent<unknown>): void => {
      const asked = event.data as { kind?: string; tableId?: string; recordId?: string } | null;
      if (event.origin !== origin || asked?.kind !== 'expandRecord') return;
      newest.current({ tableId: asked.tableId ?? '', recordId: asked.recordId ?? '' });
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, [extensionUrl]);
}

/** What to add to this browser's clock to get the server's. */
function useClockOffset(serverNowMs: number | null): number {
  const offset = useRef(0);
  useEffect(() => {
    if (serverNowMs !== null) offset.current = serverNowMs - Date.now();
  }, [serverNowMs]);
  return offset.current;
}
