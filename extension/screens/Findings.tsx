import { useState } from 'react';
import type { CalculationView } from '../../shared/moneySchemas.ts';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Icon } from '../components/Icon.tsx';
import { Pill, Section } from '../components/Section.tsx';
import { ShownOf, useShown } from '../components/ShownOf.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { plural } from '../words.ts';
import type { CalculationProps } from './Calculation.tsx';

type Finding = CalculationView['findings'][number];

const LEAST_REASON = 3;

const SEVERITIES: Readonly<
  Record<Finding['severity'], { tone: 'error' | 'warning' | 'quiet'; word: string }>
> = {
  block: { tone: 'error', word: 'Stops it' },
  warn: { tone: 'warning', word: 'Look' },
  overridden: { tone: 'quiet', word: 'Overridden' },
};

/** What the checks found. Those that stop a calculation give way to a written reason, which is kept with it. */
export function Findings({ backend, calculation, onStarted }: CalculationProps) {
  const [reason, setReason] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { findings, calculationId } = calculation;
  const shown = useShown(findings);
  if (findings.length === 0) return null;
  const blocking = [
    ...new Set(findings.filter(({ severity }) => severity === 'block').map(({ check }) => check)),
  ];
  const goOn = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const body = { checks: blocking, reason };
    const answer = await backend.ask('overrideChecks', { params: { calculationId }, body });
    if (answer.ok) await onStarted(answer.value.calculationId);
    else setProblem(answer.error);
    setIsBusy(false);
  };
  return (
    <Section title="Checks" lead={`${plural(findings.length, 'finding')}, each with what it is about.`}>
      <ul className="list">
        {shown.items.map(({ check, severity, message, propertyId }) => (
          <li key={`${check}:${propertyId}:${message}`} className="list-item">
            <span className={severity === 'overridden' ? 'muted' : 'mark-warning'}>
              <Icon name={severity === 'overridden' ? 'check' : 'warning'} />
            </span>
            <div>
              <p>
                <Pill tone={SEVERITIES[severity].tone}>{SEVERITIES[severity].word}</Pill> {message}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <ShownOf shown={shown} />
      {blocking.length > 0 && (
        <div className="approve">
          <Trouble problem={problem} />
          <div className="approve-row">
            <TextField
              label="Reason for going on in spite of it"
              placeholder="Why it is right all the same"
              value={reason}
              onChange={setReason}
              disabledReason={whyNot(backend.session.role, 'operator')}
            />
            <Button
              busy={isBusy}
              disabledReason={
                whyNot(backend.session.role, 'operator') ??
                (reason.trim().length < LEAST_REASON
                  ? 'Write the reason first: it is kept with the result.'
                  : null)
              }
              onClick={() => void goOn()}
            >
              Calculate all the same
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}
