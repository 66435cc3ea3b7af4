import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export type ButtonProps = {
  children: ReactNode;
  onClick: () => void;
  variant?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  /** Why it cannot be pressed; null when it can. */
  disabledReason?: string | null;
  /** Something is under way: pressing again would do nothing more. */
  busy?: boolean;
  label?: string;
};

/** A forbidden button stays reachable by keyboard, so that its reason can be read. */
export function Button({
  children,
  onClick,
  variant = 'plain',
  icon,
  disabledReason = null,
  busy = false,
  label,
}: ButtonProps) {
  const isOff = disabledReason !== null || busy;
  return (
    <button
      type="button"
      className={`button button-${variant}`}
      aria-disabled={isOff || undefined}
      aria-busy={busy || undefined}
      aria-label={label}
      title={disabledReason ?? undefined}
      onClick={() => {
        if (!isOff) onClick();
      }}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon ? <Icon name={icon} /> : null}
      <span>{children}</span>
      {disabledReason !== null && <span className="visually-hidden"> ({disabledReason})</span>}
    </button>
  );
}

/** Looks like a link in running text, and acts here. */
export function LinkButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="link-button" onClick={onClick}>
      {children}
    </button>
  );
}
