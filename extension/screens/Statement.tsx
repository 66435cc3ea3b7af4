import { useState } from 'react';
import type { CalculationView } from '../../shared/moneySchemas.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { openFile } from '../csv.ts';

export type StatementProps = {
  backend: Backend;
  calculation: CalculationView;
  ownerId: number;
  name: string;
};

/** The owner's statement as the server makes it, to read, print or send. */
export function Statement({ backend, calculation, ownerId, name }: StatementProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { calculationId, period, run, dryRun } = calculation;
  const show = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const file = await backend.file('readOwnerStatement', {
      params: { calculationId, ownerId: String(ownerId) },
    });
    setIsBusy(false);
    if (file.ok) openFile(`owner-${ownerId}-statement-${period.to.slice(0, 7)}.pdf`, file.value);
    else setProblem(file.error.message);
  };
  return (
    <>
      <Button
        icon="open"
        label={`Statement of ${name}`}
        busy={isBusy}
        disabledReason={dryRun || run === null ? 'A trial calculation has no statement.' : null}
        onClick={() => void show()}
      >
        Statement
      </Button>
      {problem !== null && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
