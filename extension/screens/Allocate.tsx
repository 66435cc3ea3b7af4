import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Field.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useNamesById } from '../sdk.ts';

const BY_SHARES = '';

export type AllocateProps = {
  backend: Backend;
  transactionId: number;
  ownerIds: readonly number[];
  onDone: () => void;
};

/** A transaction that is one owner's alone, such as a repair that only they asked for. */
export function Allocate({ backend, transactionId, ownerIds, onDone }: AllocateProps) {
  const names = useNamesById('Owners');
  const [chosen, setChosen] = useState(BY_SHARES);
  const [isBusy, setIsBusy] = useState(false);
  const [isKept, setIsKept] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const ownerId = chosen === BY_SHARES ? null : Number(chosen);
    const answer = await backend.ask('allocateToOwner', { body: { transactionId, ownerId } });
    setIsBusy(false);
    if (answer.ok) setIsKept(true);
    else setProblem(answer.error);
  };
  if (isKept) {
    return (
      <Banner tone="good" title="Kept for the next calculation">
        Calculate the month again to see it in the results.
      </Banner>
    );
  }
  return (
    <>
      <div className="allocate">
        <Select
          label={`Whose transaction ${transactionId} is`}
          hideLabel
          value={chosen}
          options={[
            { value: BY_SHARES, label: 'Split by the shares of the owners' },
            ...ownerIds.map((id) => ({
              value: String(id),
              label: `All of it: ${names.get(String(id)) ?? `Owner ${id}`}`,
            })),
          ]}
          onChange={setChosen}
        />
        <Button
          busy={isBusy}
          disabledReason={whyNot(backend.session.role, 'operator')}
          onClick={() => void keep()}
        >
          Keep
        </Button>
        <Button variant="quiet" onClick={onDone}>
          Cancel
        </Button>
      </div>
      {problem && (
        <Banner tone="error" title={problem.title}>
          {problem.message}
        </Banner>
      )}
    </>
  );
}
