import type { CellValue, Chip, Column } from '../page/view.ts';
import { count, day, moment, money, percent } from './words.ts';

/** A cell as both sides' tables show it, by the kind of its column. */
export function CellContent({ value, column }: { value: CellValue | undefined; column: Column }) {
  if (value === undefined || value === '') return null;
  if (typeof value === 'object')
    return <Chips chips={value} kind={column.kind === 'link' ? 'link' : 'choice'} />;
  if (column.kind === 'checkbox') return value === true ? <span aria-label="yes">✓</span> : null;
  if (typeof value === 'number') return <>{numberInWords(value, column)}</>;
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>;
  if (column.kind === 'title' || column.kind === 'amounts') {
    const [first, second] = value.split('\n');
    return (
      <>
        <span className="title">{first}</span>
        {second && <span className="subtitle">{second}</span>}
      </>
    );
  }
  if (column.kind === 'date') return <>{day(value)}</>;
  if (column.kind === 'instant') return <>{moment(value)}</>;
  return <>{value}</>;
}

function numberInWords(value: number, column: Column): string {
  if (column.kind === 'money') return money(value);
  if (column.kind === 'percent') return percent(value);
  // A year or an id is no quantity.
  return /year/i.test(column.name) ? String(value) : count(value);
}

const SHOWN_CHIPS = 4;

function Chips({ chips, kind }: { chips: readonly Chip[]; kind: 'link' | 'choice' }) {
  const shown = chips.slice(0, SHOWN_CHIPS);
  return (
    <span className="chips">
      {shown.map((chip) => (
        <span
          key={chip.id}
          className={kind === 'link' ? 'chip chip-link' : `chip chip-choice ${chip.color ?? ''}`}
        >
          {chip.name || 'Unnamed'}
        </span>
      ))}
      {chips.length > SHOWN_CHIPS && <span className="chip chip-more">+{chips.length - SHOWN_CHIPS}</span>}
    </span>
  );
}
