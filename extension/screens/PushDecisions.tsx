import type { Backend } from '../backend.ts';
import { Section } from '../components/Section.tsx';
import { useRemote, valueOf } from '../remote.ts';
import { plural } from '../words.ts';
import { IntentLine } from './IntentLine.tsx';

const EVERY_MS = 20_000;

/** Transactions whose outcome nobody but a person can tell. Nothing is shown where there are none. */
export function PushDecisions({ backend }: { backend: Backend }) {
  const asking = useRemote(
    () => backend.ask('listIntents', { query: { state: 'asking' } }),
    backend.session.connectionId,
    EVERY_MS,
  );
  const intents = valueOf(asking.remote)?.intents ?? [];
  if (intents.length === 0) return null;
  return (
    <Section
      title={`${plural(intents.length, 'transaction')} ${intents.length === 1 ? 'needs' : 'need'} your word`}
      lead="Buildium did not say whether it took them. Look there, and say what is so: until then they are not sent again."
    >
      <ul className="list">
        {intents.map((intent) => (
          <IntentLine
            key={intent.intentId}
            backend={backend}
            intent={intent}
            onDecided={() => void asking.reload()}
          />
        ))}
      </ul>
    </Section>
  );
}
