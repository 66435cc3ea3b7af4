import { useEffect, useMemo, useState } from 'react';
import type { SignInSession } from '../shared/signIn.ts';
import { createBackend } from './backend.ts';
import { Banner } from './components/Banner.tsx';
import { LinkButton } from './components/Button.tsx';
import { ErrorBoundary } from './components/ErrorBoundary.tsx';
import { Connect } from './screens/Connect.tsx';
import { Main } from './screens/Main.tsx';
import { useHost, useServerAddress, useTheme } from './sdk.ts';
import { sessionStore } from './sessionStore.ts';

export function App() {
  const theme = useTheme();
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <div className="app" data-theme={theme}>
      <ErrorBoundary>
        <Uncaught />
        <SignedInOrNot />
      </ErrorBoundary>
    </div>
  );
}

function SignedInOrNot() {
  const { baseId } = useHost();
  const server = useServerAddress();
  const { address } = server;
  const store = useMemo(() => (address === null ? null : sessionStore(address, baseId)), [address, baseId]);
  const [session, setSession] = useState<SignInSession | null>(() => store?.load() ?? null);
  const [hasEnded, setHasEnded] = useState(false);

  // Somebody else may change the address while this panel is open.
  useEffect(() => setSession(store?.load() ?? null), [store]);

  const backend = useMemo(() => {
    if (address === null || store === null || session === null) return null;
    const onEnded = (): void => {
      setSession(null);
      setHasEnded(true);
    };
    return createBackend({ address, session, store, onEnded });
  }, [address, store, session]);

  if (backend) return <Main backend={backend} server={server} />;
  return (
    <Connect
      server={server}
      hasEnded={hasEnded}
      onSignedIn={(signedInAt, opened) => {
        sessionStore(signedInAt, baseId).save(opened);
        setHasEnded(false);
        setSession(opened);
      }}
    />
  );
}

/** A write that Airtable refuses late surfaces outside every promise: it is said here, and the panel stays. */
function Uncaught() {
  const [message, setMessage] = useState<string | null>(null);
  useEffect(() => {
    const onError = (event: ErrorEvent): void => setMessage(event.message);
    const onRejection = (event: PromiseRejectionEvent): void => {
      setMessage(event.reason instanceof Error ? event.reason.message : String(event.reason));
    };
    window.addEventListener('error', onError);
    window.addEventListener('unhandledrejection', onRejection);
    return () => {
      window.removeEventListener('error', onError);
      window.removeEventListener('unhandledrejection', onRejection);
    };
  }, []);
  if (message === null) return null;
  return (
    <div className="uncaught">
      <Banner
        tone="error"
        title="Something did not work"
        action={<LinkButton onClick={() => setMessage(null)}>Dismiss</LinkButton>}
      >
        {message}
      </Banner>
    </div>
  );
}
