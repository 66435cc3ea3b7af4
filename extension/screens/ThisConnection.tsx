import { useState } from 'react';
import type { ConnectionView } from '../../shared/apiSchemas.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Section } from '../components/Section.tsx';
import { useHost, type ServerAddress } from '../sdk.ts';
import { capital } from '../../shared/sentence.ts';

export type ThisConnectionProps = {
  backend: Backend;
  connection: ConnectionView | null;
  server: ServerAddress;
};

export function ThisConnection({ backend, connection, server }: ThisConnectionProps) {
  const { baseName } = useHost();
  const [problem, setProblem] = useState<string | null>(null);
  const { session } = backend;
  const leave = async (): Promise<void> => {
    const changed = await server.change(null);
    if (changed.ok) await backend.signOut();
    else setProblem(changed.error);
  };
  return (
    <Section title="This connection">
      <dl className="facts">
        <dt>Signed in as</dt>
        <dd>
          {session.name} ({capital(session.role)})
        </dd>
        <dt>Base</dt>
        <dd>{baseName}</dd>
        <dt>Server</dt>
        <dd>{backend.address}</dd>
        {connection && (
          <>
            <dt>Buildium account</dt>
            <dd>{connection.buildium.accountId ?? 'not known yet'}</dd>
          </>
        )}
        {connection?.buildium.webhookUrl != null && (
          <>
            <dt>Buildium webhook</dt>
            <dd>
              <code>{connection.buildium.webhookUrl}</code>
            </dd>
          </>
        )}
      </dl>
      {problem !== null && (
        <Banner tone="error" title="Not changed">
          {problem}
        </Banner>
      )}
      <div className="actions">
        <Button onClick={() => void backend.signOut()}>Sign out</Button>
        <Button variant="quiet" disabledReason={server.whyNotChange} onClick={() => void leave()}>
          Use another server
        </Button>
      </div>
    </Section>
  );
}
