export type IconName = keyof typeof PATHS;

/** Strokes on a grid of sixteen; beside a word, so hidden from screen readers. */
const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  sync: 'M13 5.5A5.5 5.5 0 0 0 3.4 5M3 2.5V5h2.5M3 10.5A5.5 5.5 0 0 0 12.6 11m.4 2.5V11h-2.5',
  warning: 'M8 2.2 14.3 13H1.7L8 2.2ZM8 6.5v3M8 11.3v.1',
  error: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 5v3.6M8 11v.1',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 7.4V11M8 5v.1',
  open: 'M6 3.5H3v9.5h9.5v-3M9 3h4v4M13 3 7.5 8.5',
  up: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M3 13.5h10',
  down: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  retry: 'M12.6 6.2A5 5 0 1 0 13 8.6M13 3v3.3H9.7',
  left: 'M10 3 5 8l5 5',
  person: 'M8 8.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.8 13.8c.6-2.4 2.6-3.6 5.2-3.6s4.6 1.2 5.2 3.6',
  gear: 'M8 3.9a4.1 4.1 0 1 0 0 8.2 4.1 4.1 0 0 0 0-8.2ZM8 6.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8ZM8 3.9V1.7M8 14.3v-2.2M3.9 8H1.7M14.3 8h-2.2M5.1 5.1 3.5 3.5M12.5 12.5l-1.6-1.6M10.9 5.1l1.6-1.6M3.5 12.5l1.6-1.6',
  clock: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 4.6V8l2.4 1.6',
} as const;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
