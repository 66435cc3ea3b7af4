import { useState, type ReactNode } from 'react';
import type { ConnectionView } from '../../shared/apiSchemas.ts';
import type { ApiBody } from '../../shared/api.ts';
import type { Result } from '../../shared/result.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf, type Watched } from '../remote.ts';
import { Tabs, type Tab } from '../components/Tabs.tsx';
import type { ServerAddress } from '../sdk.ts';
import { Access } from './Access.tsx';
import { ConfirmUnused } from './ConfirmUnused.tsx';
import { Mapping } from './Mapping.tsx';
import { MonthEnd } from './MonthEnd.tsx';
import { Notifications } from './Notifications.tsx';
import { Pace } from './Pace.tsx';
import { Pairing } from './Pairing.tsx';
import { People } from './People.tsx';
import { Policies } from './Policies.tsx';
import { RunOrPause } from './RunOrPause.tsx';
import { ThisConnection } from './ThisConnection.tsx';
import { WhatToSync } from './WhatToSync.tsx';

export type SaveSettings = (patch: ApiBody<'changeConnection'>) => Promise<Result<ConnectionView, Problem>>;

/** What every part of the screen works with. */
export type SettingsPart = { backend: Backend; connection: ConnectionView; save: SaveSettings };

export type SettingsProps = { backend: Backend; server: ServerAddress; onChanged: () => void };

type Page = 'general' | 'tables' | 'policies' | 'people';

const PAGES: readonly Tab<Page>[] = [
  { id: 'general', label: 'General' },
  { id: 'tables', label: 'Tables' },
  { id: 'policies', label: 'Policies' },
  { id: 'people', label: 'People' },
];

export function Settings({ backend, server, onChanged }: SettingsProps) {
  const { connectionId, role } = backend.session;
  const connection = useRemote(() => backend.ask('readConnection'), connectionId, 30_000);
  const [chosen, setPage] = useState<Page | null>(null);
  const known = valueOf(connection.remote);
  const save: SaveSettings = async (patch) => {
    const answer = await backend.ask('changeConnection', { body: patch });
    if (answer.ok) connection.put(answer.value);
    return answer;
  };
  // An open pairing is what keeps everything else from going on.
  const page = chosen ?? (known?.state === 'pairing' ? 'tables' : 'general');
  const refresh = async (): Promise<void> => {
    await connection.reload();
    onChanged();
  };
  return (
    <>
      <Tabs label="Settings" look="inner" tabs={PAGES} current={page} onChange={setPage} />
      <div role="tabpanel" id={`panel-${page}`} aria-labelledby={`tab-${page}`}>
        {role !== 'admin' && page !== 'people' && (
          <Banner tone="info" title={`You are signed in as ${role}`}>
            Only admins change these settings. You see how they stand.
          </Banner>
        )}
        {page === 'general' && <General {...{ backend, server, connection, save }} />}
        {page === 'tables' && (
          <>
            <Pairing
              key={known?.state}
              backend={backend}
              isExpected={known?.state === 'pairing'}
              onFinished={() => void refresh()}
            />
            <Mapping backend={backend} onSaved={() => void refresh()} />
          </>
        )}
        {page === 'policies' && (
          <WithConnection
            {...{ connection }}
            part={(value) => <Policies {...{ backend, save }} connection={value} />}
          />
        )}
        {page === 'people' &&
          (role === 'admin' ? (
            <People backend={backend} below={<Access backend={backend} />} />
          ) : (
            <Empty title="For admins">
              Who has signed in, with which role, and what opens this connection: an admin sees and changes it
              here.
            </Empty>
          ))}
      </div>
    </>
  );
}

type Watching = { connection: Watched<ConnectionView> };

/** What needs the connection's settings: their shape until they are there, the reason where they cannot be. */
function WithConnection({ connection, part }: Watching & { part: (known: ConnectionView) => ReactNode }) {
  const { remote } = connection;
  const known = valueOf(remote);
  if (known) return <>{part(known)}</>;
  if (remote.state !== 'failed') return <Skeleton lines={12} what="the settings" isTall />;
  return <Failed problem={remote.problem} onRetry={() => void connection.reload()} />;
}

type GeneralProps = Watching & { backend: Backend; server: ServerAddress; save: SaveSettings };

function General({ backend, server, connection, save }: GeneralProps) {
  return (
    <>
      <WithConnection
        connection={connection}
        part={(known) => {
          const part: SettingsPart = { backend, save, connection: known };
          return (
            <div className="columns">
              <div>
                <RunOrPause {...part} />
                <Pace {...part} />
                <MonthEnd {...part} />
              </div>
              <div>
                <WhatToSync {...part} />
                <ConfirmUnused {...part} />
                <Notifications key={JSON.stringify(known.settings.notifications)} {...part} />
              </div>
            </div>
          );
        }}
      />
      <ThisConnection backend={backend} connection={valueOf(connection.remote)} server={server} />
    </>
  );
}
