import { useEffect, useRef, useState, type ReactNode } from 'react';

export type VirtualListProps<Item> = {
  label: string;
  items: readonly Item[];
  /** Every row has this height, so that ten thousand of them cost no more than the dozen in view. */
  rowPx: number;
  keyOf: (item: Item) => string;
  children: (item: Item, index: number) => ReactNode;
  maxPx?: number;
  /** Kept in view, for lists that are walked by keyboard. */
  activeIndex?: number;
};

const BEYOND = 6;

export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { label, items, rowPx, keyOf, children, maxPx = 420, activeIndex } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = Math.min(maxPx, items.length * rowPx);
  const first = Math.max(0, Math.floor(top / rowPx) - BEYOND);
  const last = Math.min(items.length, Math.ceil((top + height) / rowPx) + BEYOND);

  useEffect(() => {
    const node = box.current;
    if (!node || activeIndex === undefined) return;
    const [from, to] = [activeIndex * rowPx, (activeIndex + 1) * rowPx];
    if (from < node.scrollTop) node.scrollTop = from;
    if (to > node.scrollTop + node.clientHeight) node.scrollTop = to - node.clientHeight;
  }, [activeIndex, rowPx]);

  const overflows = items.length * rowPx > maxPx;
  return (
    <div
      ref={box}
      className="virtual"
      style={{ height }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      // What scrolls must be reachable by keyboard; a list without buttons has no other way in.
      {...(overflows ? { tabIndex: 0, role: 'group', 'aria-label': label } : {})}
    >
      <ul className="virtual-all" aria-label={label} style={{ height: items.length * rowPx }}>
        {items.slice(first, last).map((item, offset) => (
          <li
            key={keyOf(item)}
            className="virtual-row"
            style={{ top: (first + offset) * rowPx, height: rowPx }}
            aria-setsize={items.length}
            aria-posinset={first + offset + 1}
          >
            {children(item, first + offset)}
          </li>
        ))}
      </ul>
    </div>
  );
}
