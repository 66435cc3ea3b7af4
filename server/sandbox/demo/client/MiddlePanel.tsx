import { useState, type ReactNode } from 'react';

type Shown = 'extension' | 'sync';

const TABS: readonly [Shown, string][] = [
  ['extension', 'Extension in Airtable'],
  ['sync', 'What the sync does'],
];

/** The extension beside the grid, and behind it the sync at work; both stay as they are while the other is in sight. */
export function MiddlePanel({
  extensionUrl,
  children,
}: {
  extensionUrl: string | null;
  children: ReactNode;
}) {
  const [shown, setShown] = useState<Shown>('extension');
  if (extensionUrl === null) return <>{children}</>;
  return (
    <div className={`middle shows-${shown}`}>
      <div className="middle-tabs" role="tablist" aria-label="Between the two">
        {TABS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={shown === name}
            onClick={() => setShown(name)}
          >
            {label}
          </button>
        ))}
      </div>
      <iframe className="panel extension-frame" title="Extension" src={extensionUrl} />
      {children}
    </div>
  );
}
