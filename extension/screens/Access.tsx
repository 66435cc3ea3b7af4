import { useState } from 'react';
import type { ApiResponse } from '../../shared/api.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Failed, Pill, Section, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import type { Problem } from '../problem.ts';
import { useNow, useRemote, valueOf } from '../remote.ts';
import { ago, until } from '../words.ts';

type Token = ApiResponse<'listTokens'>['tokens'][number];

/** Everything that opens this connection now, by the server's word: sessions of people, and tokens of programs. */
export function Access({ backend }: { backend: Backend }) {
  const now = useNow(10_000);
  const tokens = useRemote(() => backend.ask('listTokens'), backend.session.connectionId, 30_000);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const known = valueOf(tokens.remote)?.tokens ?? null;
  const live = (known ?? []).filter(({ isLive }) => isLive).reverse();

  const revoke = async ({ tokenId }: Token): Promise<void> => {
    setBusy(tokenId);
    setProblem(null);
    const answer = await backend.ask('revokeToken', { params: { tokenId } });
    if (!answer.ok) setProblem(answer.error);
    await tokens.reload();
    setBusy(null);
  };
  return (
    <Section title="Sessions and tokens" lead="Whatever you revoke stops working at once.">
      <Trouble problem={problem} />
      {known === null && tokens.remote.state === 'failed' && (
        <Failed problem={tokens.remote.problem} onRetry={() => void tokens.reload()} />
      )}
      {known === null && tokens.remote.state === 'loading' && <Skeleton lines={3} what="the tokens" />}
      {known !== null && live.length === 0 && (
        <p className="muted">Nobody is signed in, and no token is open.</p>
      )}
      <ul className="list">
        {live.map((token) => (
          <li key={token.tokenId} className="list-item person">
            <div>
              <p className="list-title">
                {token.name} <Pill tone="quiet">{token.role}</Pill>
              </p>
              <p className="muted">
                {token.lastUsedAt === null ? 'not used yet' : `used ${ago(token.lastUsedAt, now)}`},{' '}
                {endOf(token) === null ? 'until it is revoked' : `ends ${until(endOf(token) ?? '', now)}`}
              </p>
            </div>
            <Button
              variant="danger"
              label={`Revoke ${token.name}`}
              busy={busy === token.tokenId}
              onClick={() => void revoke(token)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** A session renews its token by itself. */
function endOf({ renewsUntil, expiresAt }: Token): string | null {
  return renewsUntil ?? expiresAt;
}
