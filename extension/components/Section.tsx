import type { ReactNode } from 'react';
import { Banner } from './Banner.tsx';
import { Button } from './Button.tsx';
import { useFieldId } from './Field.tsx';

export type SectionProps = { title: ReactNode; aside?: ReactNode; children: ReactNode; lead?: ReactNode };

export function Section({ title, aside, lead, children }: SectionProps) {
  const id = useFieldId();
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {lead !== undefined && <p className="section-lead">{lead}</p>}
      {children}
    </section>
  );
}

/** Says what belongs here and what makes it appear. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}

/** What stands where something could not be loaded: why, and the way out. */
export function Failed({
  problem,
  onRetry,
}: {
  problem: { title: string; message: string };
  onRetry: () => void;
}) {
  return (
    <Banner
      tone="error"
      title={problem.title}
      action={
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {problem.message}
    </Banner>
  );
}

export type SkeletonProps = {
  lines: number;
  what: string;
  /** Nobody knows how tall it will be, and it is tall: what follows begins below the fold. */
  isTall?: boolean;
};

/** As tall as what will stand here, so that nothing jumps when it comes. */
export function Skeleton({ lines, what, isTall = false }: SkeletonProps) {
  return (
    <div
      className={isTall ? 'skeleton skeleton-tall' : 'skeleton'}
      role="status"
      aria-label={`Loading ${what}`}
    >
      {Array.from({ length: lines }, (_line, index) => (
        <div key={index} className="skeleton-line" style={{ width: `${92 - ((index * 23) % 40)}%` }} />
      ))}
    </div>
  );
}

/** What stands below something of unknown height is loaded with it, and shown when that height is known: it never jumps. */
export function Below({ isPlaced, children }: { isPlaced: boolean; children: ReactNode }) {
  return <div hidden={!isPlaced}>{children}</div>;
}

export function Pill({
  tone,
  children,
}: {
  tone: 'good' | 'info' | 'warning' | 'error' | 'quiet';
  children: ReactNode;
}) {
  return <span className={`pill pill-${tone}`}>{children}</span>;
}
