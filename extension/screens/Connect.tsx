import { useEffect, useRef, useState } from 'react';
import { unreachable as neverReached, type Result } from '../../shared/result.ts';
import type { SignInSession } from '../../shared/signIn.ts';
import { Banner } from '../components/Banner.tsx';
import { Button, LinkButton } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { SIGNED_OUT, type Problem } from '../problem.ts';
import { useHost, useProofWriter, type ServerAddress } from '../sdk.ts';
import { outlivesReload } from '../sessionStore.ts';
import { readAddress } from '../settings.ts';
import { redeemCode, signIn, type SignInStep } from '../signIn.ts';
import { useAddressCheck, type AddressCheck } from './useAddressCheck.ts';

export type ConnectProps = {
  server: ServerAddress;
  hasEnded: boolean;
  onSignedIn: (address: string, session: SignInSession) => void;
};

type Stage = { at: 'idle' } | { at: SignInStep } | { at: 'failed'; problem: Problem };

export function Connect({ server, hasEnded, onSignedIn }: ConnectProps) {
  const host = useHost();
  const writeProof = useProofWriter();
  const [typed, setTyped] = useState(server.address ?? '');
  const [usesCode, setUsesCode] = useState(false);
  const [code, setCode] = useState('');
  const [stage, setStage] = useState<Stage>({ at: 'idle' });
  const check = useAddressCheck(typed);
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);
  useEffect(() => {
    if (server.address !== null) setTyped(server.address);
  }, [server.address]);

  const enter = async (open: (address: string) => Promise<Result<SignInSession, Problem>>): Promise<void> => {
    const read = readAddress(typed);
    if (!read.ok) return;
    const address = read.value;
    setStage({ at: 'asking' });
    const opened = await open(address);
    if (isGone.current) return;
    if (!opened.ok) return setStage({ at: 'failed', problem: opened.error });
    // Only an address at which somebody could sign in is kept for everybody.
    const kept = address === server.address ? null : await server.change(address);
    if (kept && !kept.ok)
      return setStage({ at: 'failed', problem: { kind: 'refused', title: 'Not kept', message: kept.error } });
    onSignedIn(address, opened.value);
  };
  const withAirtable = (): void =>
    void enter((address) =>
      signIn({
        address,
        baseId: host.baseId,
        writeProof,
        onStep: (at) => setStage({ at }),
        isCancelled: () => isGone.current,
      }),
    );
  const withCode = (): void => void enter((address) => redeemCode(address, host.baseId, code));

  const isBusy = stage.at !== 'idle' && stage.at !== 'failed';
  const whyNotSignIn = check.state === 'fine' ? null : 'Enter the address of your sync server first.';
  return (
    <main className="connect">
      <div className="connect-card">
        <span className="connect-mark" aria-hidden="true">
          <Icon name="sync" size={22} />
        </span>
        <h1>Buildium sync</h1>
        <p className="connect-lead">
          Connect <strong>{host.baseName}</strong> to the server that keeps it and Buildium equal.
        </p>
        {hasEnded && stage.at === 'idle' && (
          <Banner tone="info" title={SIGNED_OUT.title}>
            {SIGNED_OUT.message}
          </Banner>
        )}
        <TextField
          label="Server address"
          type="url"
          value={typed}
          placeholder="https://sync.example.com"
          error={check.state === 'wrong' ? check.problem.message : null}
          disabledReason={server.address === null ? server.whyNotChange : null}
          hint={
            server.address === null && server.whyNotChange !== null ? null : <AddressHint check={check} />
          }
          onChange={(text) => {
            setTyped(text);
            setStage({ at: 'idle' });
          }}
          {...(usesCode ? {} : { onEnter: withAirtable })}
        />
        {usesCode ? (
          <>
            <TextField
              label="Pairing code"
              value={code}
              placeholder="XXXX-XXXX-XXXX"
              hint="From whoever runs the server: npm run cli -- code. It serves once, within ten minutes."
              onChange={setCode}
              onEnter={withCode}
              autoFocus
            />
            <Button
              variant="primary"
              onClick={withCode}
              busy={isBusy}
              disabledReason={whyNotSignIn ?? (code.trim() === '' ? 'Enter the code first.' : null)}
            >
              Sign in with code
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={withAirtable} busy={isBusy} disabledReason={whyNotSignIn}>
            {isBusy ? stepWords(stage.at) : `Sign in${host.personName ? ` as ${host.personName}` : ''}`}
          </Button>
        )}
        <div aria-live="polite" className="visually-hidden">
          {isBusy ? stepWords(stage.at) : ''}
        </div>
        {stage.at === 'failed' && (
          <Banner tone="error" title={stage.problem.title}>
            {stage.problem.message}
          </Banner>
        )}
        <p className="connect-how">
          {usesCode
            ? 'Can you edit this base? Then you need no code. '
            : 'No password: the server asks Airtable who you are. '}
          <LinkButton
            onClick={() => {
              setUsesCode(!usesCode);
              setStage({ at: 'idle' });
            }}
          >
            {usesCode ? 'Sign in with Airtable' : 'Use a code instead'}
          </LinkButton>
        </p>
        {!outlivesReload() && (
          <p className="connect-how">
            Your browser keeps nothing for embedded pages: after a reload you sign in again.
          </p>
        )}
      </div>
    </main>
  );
}

function stepWords(step: SignInStep): string {
  switch (step) {
    case 'asking':
      return 'Asking the server …';
    case 'writing':
      return 'Writing a row …';
    case 'waiting':
      return 'Waiting for Airtable …';
    default:
      return neverReached(step);
  }
}

function AddressHint({ check }: { check: AddressCheck }) {
  switch (check.state) {
    case 'empty':
      return <>The address that the server prints when it starts.</>;
    case 'asking':
      return <>Checking …</>;
    case 'fine':
      return (
        <span className="hint-good">
          <Icon name="check" size={14} /> Sync server {check.version} answers
        </span>
      );
    case 'wrong':
      return null;
    default:
      return neverReached(check);
  }
}
