import type { CalculationResultsView, CalculationView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Section } from '../components/Section.tsx';
import { ShownOf, useShown } from '../components/ShownOf.tsx';
import { useNamesById, useTableNow } from '../sdk.ts';
import { Statement } from './Statement.tsx';

export type OwnerResultsProps = {
  backend: Backend;
  calculation: CalculationView;
  results: CalculationResultsView;
};

/** What each owner's one check comes to. Owners are known by name in the base alone. */
export function OwnerResults({ backend, calculation, results }: OwnerResultsProps) {
  const names = useNamesById('Owners');
  const hasRules = useTableNow('Distribution Rules') !== null;
  const shown = useShown(results.owners);
  if (shown.total === 0) return null;
  return (
    <Section
      title="By owner"
      lead={
        hasRules
          ? 'Who gets what follows the tables Ownership and Distribution Rules of this base: change a rule there, and calculate again.'
          : 'Who gets what follows the ownership and the rules that the server knows.'
      }
    >
      <ul className="list">
        {shown.items.map(({ ownerId, noiCents, checkCents, uncoveredCents }) => {
          const name = names.get(String(ownerId)) ?? `Owner ${ownerId}`;
          return (
            <li key={ownerId} className="list-item person">
              <div>
                <p className="list-title">{name}</p>
                <p className="muted">
                  NOI {formatCents(noiCents)}
                  {uncoveredCents > 0 && `, ${formatCents(uncoveredCents)} not covered`}
                </p>
              </div>
              <span className="amount">
                {checkCents === null ? 'no check' : `Check ${formatCents(checkCents)}`}
              </span>
              <Statement backend={backend} calculation={calculation} ownerId={ownerId} name={name} />
            </li>
          );
        })}
      </ul>
      <ShownOf shown={shown} />
    </Section>
  );
}
