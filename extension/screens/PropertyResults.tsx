import { useState } from 'react';
import type { CalculationResultsView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import { isOnlyBalance } from '../../shared/noiClasses.ts';
import type { Backend } from '../backend.ts';
import { TextField } from '../components/Field.tsx';
import { Section } from '../components/Section.tsx';
import { ShownOf, useShown } from '../components/ShownOf.tsx';
import { Waterfall } from '../components/Waterfall.tsx';
import { useIsWide } from '../sdk.ts';
import { waterfallOf } from '../waterfall.ts';
import { Drill } from './Drill.tsx';
import { ManualNoi } from './ManualNoi.tsx';

/** From so many on, one is looked for by name. */
const MANY = 20;

type Property = CalculationResultsView['properties'][number];

export type PropertyResultsProps = {
  backend: Backend;
  calculationId: string;
  results: CalculationResultsView;
  onEntered: () => Promise<void>;
};

/** A line a property; a click opens its accounts, its waterfall and the entries behind each figure. */
export function PropertyResults(props: PropertyResultsProps) {
  const { results } = props;
  const isWide = useIsWide(640);
  const [openId, setOpenId] = useState<number | null>(null);
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found =
    wanted === ''
      ? results.properties
      : results.properties.filter(({ name }) => name.toLowerCase().includes(wanted));
  const shown = useShown(found);
  return (
    <Section title="By property" lead="Open one to see its accounts, and each account down to its entries.">
      {results.properties.length > MANY && (
        <TextField
          label="Find a property"
          hideLabel
          type="search"
          placeholder="Find a property"
          value={text}
          onChange={setText}
        />
      )}
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Property</th>
            {isWide && (
              <>
                <th scope="col" className="number">
                  Income
                </th>
                <th scope="col" className="number">
                  Expenses
                </th>
              </>
            )}
            <th scope="col" className="number">
              NOI
            </th>
            <th scope="col" className="number">
              Draws
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.items.map((property) => {
            const isOpen = property.propertyId === openId;
            const { statement, draw } = property;
            return [
              <tr key={property.propertyId}>
                <th scope="row">
                  <button
                    type="button"
                    className="unfold"
                    aria-expanded={isOpen}
                    onClick={() => setOpenId(isOpen ? null : property.propertyId)}
                  >
                    {property.name}
                  </button>
                </th>
                {isWide && (
                  <>
                    <td className="number">{formatCents(statement.incomeCents)}</td>
                    <td className="number">{formatCents(statement.expenseCents)}</td>
                  </>
                )}
                <td className="number">{formatCents(statement.noiCents)}</td>
                <td className="number">{draw ? formatCents(drawnOf(draw)) : '–'}</td>
              </tr>,
              isOpen && (
                <tr key={`${property.propertyId}-open`} className="unfolded">
                  <td colSpan={isWide ? 5 : 3}>
                    <PropertyDetail {...props} property={property} />
                  </td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
      <ShownOf shown={shown} />
    </Section>
  );
}

function drawnOf({ owners }: NonNullable<Property['draw']>): number {
  return owners.reduce((sum, { drawCents }) => sum + drawCents, 0);
}

type Line = Property['statement']['lines'][number];

/** What counts first, balances last, the largest of each first; accounts that moved nothing are left out. */
function inOrder(lines: readonly Line[]): Line[] {
  const rank = (line: Line): number => (line.isCounted ? 0 : isOnlyBalance(line) ? 2 : 1);
  return lines
    .filter(({ effectCents }) => effectCents !== 0)
    .sort((a, b) => rank(a) - rank(b) || Math.abs(b.effectCents) - Math.abs(a.effectCents));
}

type DetailProps = PropertyResultsProps & { property: Property };

function PropertyDetail({ backend, calculationId, results, property, onEntered }: DetailProps) {
  const [accountId, setAccountId] = useState<number | null>(null);
  const { statement, draw, adjustments, propertyId } = property;
  const chosen = statement.lines.find(({ glAccountId }) => glAccountId === accountId);
  return (
    <div className="property-detail">
      <Waterfall
        label={`From income to draws of ${property.name}`}
        steps={waterfallOf(statement, draw ? [draw] : [])}
      />
      <ManualNoi {...{ backend, results, property, onEntered }} />
      {adjustments.map(({ sentence, amountCents }) => (
        <p key={sentence} className="note">
          {sentence} ({formatCents(amountCents)})
        </p>
      ))}
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col" className="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(statement.lines).map((line) => (
            <tr key={line.glAccountId} className={line.isCounted ? undefined : 'is-off'}>
              <th scope="row">
                <button
                  type="button"
                  className="unfold"
                  aria-expanded={line.glAccountId === accountId}
                  onClick={() => setAccountId(line.glAccountId === accountId ? null : line.glAccountId)}
                >
                  {line.name}
                </button>
                {!line.isCounted && (
                  <span className="muted sub below-line">
                    {isOnlyBalance(line) ? 'change of its balance' : 'below the line'}
                  </span>
                )}
              </th>
              <td className="number">
                {formatCents(isOnlyBalance(line) ? line.amountCents : line.effectCents)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen && (
        <Drill
          key={chosen.glAccountId}
          backend={backend}
          calculationId={calculationId}
          propertyId={propertyId}
          glAccountId={chosen.glAccountId}
          name={chosen.name}
          ownerIds={results.owners.map(({ ownerId }) => ownerId)}
        />
      )}
    </div>
  );
}
