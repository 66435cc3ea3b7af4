import { useState } from 'react';
import { Button } from './Button.tsx';

const STEP = 100;

export type Shown<Item> = { items: readonly Item[]; total: number; more: () => void };

/** The first hundred of a list, and a hundred more at each click: ten thousand lines are looked for, not read. */
export function useShown<Item>(all: readonly Item[]): Shown<Item> {
  const [count, setCount] = useState(STEP);
  return { items: all.slice(0, count), total: all.length, more: () => setCount(count + STEP) };
}

export function ShownOf({ shown: { items, total, more } }: { shown: Shown<unknown> }) {
  if (items.length === total) return null;
  return (
    <div className="shown-of">
      <span className="muted">
        The first {items.length.toLocaleString('en-US')} of {total.toLocaleString('en-US')}
      </span>
      <Button onClick={more}>Show more</Button>
    </div>
  );
}
