import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { TabPanel, Tabs, type Tab } from '../components/Tabs.tsx';
import { healthOf } from '../health.ts';
import { knownTables, TablesContext } from '../knownTables.ts';
import { useRemote, valueOf } from '../remote.ts';
import { useGear, type ServerAddress } from '../sdk.ts';
import { describeServer } from '../signIn.ts';
import { ago } from '../words.ts';
import { Activity } from './Activity.tsx';
import { Conflicts } from './Conflicts.tsx';
import { Financials } from './Financials.tsx';
import { Overview } from './Overview.tsx';
import { Push } from './Push.tsx';
import { Settings } from './Settings.tsx';

type Screen = 'overview' | 'push' | 'conflicts' | 'financials' | 'activity' | 'settings';

const STATUS_EVERY_MS = 5_000;
const CONFLICTS_EVERY_MS = 5_000;

/** An update of the server is noticed within this time. */
const VERSION_EVERY_MS = 5 * 60_000;

export function Main({ backend, server }: { backend: Backend; server: ServerAddress }) {
  const [screen, setScreen] = useState<Screen>('overview');
  useGear(() => setScreen('settings'));
  // Another screen begins at its top, wherever the last one was left.
  useLayoutEffect(() => {
    document.documentElement.scrollTop = 0;
  }, [screen]);
  const connectionId = backend.session.connectionId;
  const status = useRemote(() => backend.ask('readStatus'), connectionId, STATUS_EVERY_MS);
  const conflicts = useRemote(() => backend.ask('conflictsSummary'), connectionId, CONFLICTS_EVERY_MS);
  const isUpdated = useIsUpdated(backend.address);
  const known = valueOf(status.remote);
  const open = valueOf(conflicts.remote)?.open ?? 0;
  const tabs: Tab<Screen>[] = [
    { id: 'overview', label: 'Overview' },
    { id: 'push', label: 'Push' },
    { id: 'conflicts', label: 'Conflicts', count: open },
    { id: 'financials', label: 'Financials' },
    { id: 'activity', label: 'Activity' },
    { id: 'settings', label: 'Settings', icon: 'gear' },
  ];
  const labels = known?.resources ?? [];
  const tables = useMemo(() => knownTables(known), [known]);
  return (
    <TablesContext.Provider value={tables}>
      <header className="top">
        <div className="top-name">
          <span
            className={`dot dot-${known && status.remote.state === 'ready' ? healthOf(known, open).tone : 'quiet'}`}
            aria-hidden="true"
          />
          <h1>{known?.name ?? 'Buildium sync'}</h1>
        </div>
        <Tabs label="Screens" tabs={tabs} current={screen} onChange={setScreen} />
      </header>
      <main className="content">
        {status.remote.state === 'failed' && status.remote.last !== null && (
          <Banner tone="warning" title={status.remote.problem.title}>
            You see what was known {ago(new Date(status.remote.last.at).toISOString(), Date.now())}. The panel
            goes on by itself as soon as {backend.address} answers.
          </Banner>
        )}
        {isUpdated && (
          <Banner
            tone="info"
            title="The server was updated"
            action={
              <Button icon="retry" onClick={() => window.location.reload()}>
                Reload
              </Button>
            }
          >
            Reload the extension, so that both are of the same version.
          </Banner>
        )}
        <TabPanel id={screen}>
          {screen === 'overview' && (
            <Overview
              backend={backend}
              status={status}
              openConflicts={open}
              onShowConflicts={() => setScreen('conflicts')}
            />
          )}
          {screen === 'push' && <Push backend={backend} />}
          {screen === 'conflicts' && (
            <Conflicts backend={backend} resources={labels} onChanged={() => void conflicts.reload()} />
          )}
          {screen === 'financials' && <Financials backend={backend} />}
          {screen === 'activity' && <Activity backend={backend} resources={labels} />}
          {screen === 'settings' && (
            <Settings backend={backend} server={server} onChanged={() => void status.reload()} />
          )}
        </TabPanel>
      </main>
    </TablesContext.Provider>
  );
}

function useIsUpdated(address: string): boolean {
  const [first, setFirst] = useState<string | null>(null);
  const [isUpdated, setIsUpdated] = useState(false);
  useEffect(() => {
    const look = async (): Promise<void> => {
      const self = await describeServer(address);
      if (!self.ok) return;
      setFirst((before) => before ?? self.value.version);
      if (first !== null && self.value.version !== first) setIsUpdated(true);
    };
    if (first === null) void look();
    const timer = window.setInterval(() => void look(), VERSION_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [address, first]);
  return isUpdated;
}
