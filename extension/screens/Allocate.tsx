import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Field.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { useNamesById } from '../sdk.ts';
import { useAction } from '../useAction.ts';

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
  const [isKept, setIsKept] = useState(false);
  const { busy, problem, run } = useAction<'keep'>();
  const ownerId = chosen === BY_SHARES ? null : Number(chosen);
  const keep = () =>
    run(
      'keep',
      () => backend.ask('allocateToOwner', { body: { transactionId, ownerId } }),
      () => setIsKept(true),
    );
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
          busy={busy !== null}
          disabledReason={whyNot(backend.session.role, 'operator')}
          onClick={() => void keep()}
        >
          Keep
        </Button>
        <Button variant="quiet" onClick={onDone}>
          Cancel
        </Button>
      </div>
      <Trouble problem={problem} />
    </>
  );
}
