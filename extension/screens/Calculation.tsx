import type { CalculationView } from '../../shared/moneySchemas.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Meter } from '../components/Meter.tsx';
import { Section } from '../components/Section.tsx';
import { isUnderWay, periodWords } from '../months.ts';
import { capital } from '../../shared/sentence.ts';
import { Findings } from './Findings.tsx';
import { Results } from './Results.tsx';
import { Restatement } from './Restatement.tsx';

export type CalculationProps = {
  backend: Backend;
  calculation: CalculationView;
  now: number;
  /** Another calculation has begun, and is the one to look at. */
  onStarted: (calculationId: string) => Promise<void>;
  onChanged: () => Promise<void>;
};

/** One calculation, in whatever state it is. */
export function Calculation(props: CalculationProps) {
  const { calculation } = props;
  const { state, problem, restatement } = calculation;
  const title = `${periodWords(calculation.period)}, ${calculation.basis} basis`;
  if (isUnderWay(calculation)) return <UnderWay title={title} calculation={calculation} />;
  return (
    <>
      {state === 'failed' && (
        <Banner tone="error" title={`${title}: not finished`}>
          {problem ?? 'The server could not finish it. Calculate it again.'}
        </Banner>
      )}
      {state === 'blocked' && (
        <Banner tone="warning" title={`${title}: stopped by a check`}>
          {problem ??
            'Nothing was kept. Put right what is listed below, or go on in spite of it with a reason.'}
        </Banner>
      )}
      {state === 'notNeeded' && (
        <Banner tone="info" title={`${title}: nothing to do`}>
          {problem ?? 'Nothing was posted late: the calculation before still holds.'}
        </Banner>
      )}
      {restatement && <Restatement {...props} restatement={restatement} />}
      {state === 'finished' ? (
        <Results {...props} title={title} below={<Findings {...props} />} />
      ) : (
        <Findings {...props} />
      )}
    </>
  );
}

function UnderWay({ title, calculation }: { title: string; calculation: CalculationView }) {
  const { progress } = calculation;
  return (
    <Section title={title} lead="It goes on at the server, whether this page is open or not.">
      <div role="status">
        <Meter
          label={progress === null ? 'Waiting for its turn' : capital(progress.step)}
          words={progress === null ? '' : `${progress.done} of ${progress.of}`}
          share={progress === null || progress.of === 0 ? 0 : progress.done / progress.of}
        />
      </div>
    </Section>
  );
}
