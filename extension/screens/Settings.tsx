import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { ConnectionView } from '../../shared/apiSchemas.ts';
import type { ApiBody } from '../../shared/api.ts';
import type { Result } from '../../shared/result.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Failed, Skeleton } from '../components/Section.tsx';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import type { ServerAddress } from '../sdk.ts';
import { Access } from './Access.tsx';
import { Mapping } from './Mapping.tsx';
import { Notifications } from './Notifications.tsx';
import { Pace } from './Pace.tsx';
import { People } from './People.tsx';
import { Policies } from './Policies.tsx';
import { RunOrPause } from './RunOrPause.tsx';
import { ThisConnection } from './ThisConnection.tsx';
import { WhatToSync } from './WhatToSync.tsx';

export type SaveSettings = (patch: ApiBody<'changeConnection'>) => Promise<Result<ConnectionView, Problem>>;

/** What every part of the screen works with. */
export type SettingsPart = { backend: Backend; connection: ConnectionView; save: SaveSettings };

export type SettingsProps = {
  backend: Backend;
  server: ServerAddress;
  resources: readonly ResourceStatus[];
};

export function Settings({ backend, server, resources }: SettingsProps) {
  const { connectionId, role } = backend.session;
  const connection = useRemote(() => backend.ask('readConnection'), connectionId, 30_000);
  const known = valueOf(connection.remote);
  if (!known) {
    if (connection.remote.state !== 'failed') return <Skeleton lines={12} what="the settings" />;
    return (
      <>
        <Failed problem={connection.remote.problem} onRetry={() => void connection.reload()} />
        <ThisConnection backend={backend} connection={null} server={server} />
      </>
    );
  }
  const save: SaveSettings = async (patch) => {
    const answer = await backend.ask('changeConnection', { body: patch });
    if (answer.ok) connection.put(answer.value);
    return answer;
  };
  const part: SettingsPart = { backend, connection: known, save };
  return (
    <>
      {role !== 'admin' && (
        <Banner tone="info" title={`You are signed in as ${role}`}>
          Only admins change these settings. You see how they stand.
        </Banner>
      )}
      <div className="columns">
        <div>
          <RunOrPause {...part} />
          <Pace key={JSON.stringify(known.settings)} {...part} />
        </div>
        <div>
          <WhatToSync {...part} />
          <Notifications key={JSON.stringify(known.settings.notifications)} {...part} />
        </div>
      </div>
      <Policies {...part} />
      <Mapping resources={resources} />
      {role === 'admin' && (
        <>
          <People backend={backend} />
          <Access backend={backend} />
        </>
      )}
      <ThisConnection backend={backend} connection={known} server={server} />
    </>
  );
}
