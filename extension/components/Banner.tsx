import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export type Tone = 'good' | 'info' | 'warning' | 'error';

const ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  info: 'info',
  warning: 'warning',
  error: 'error',
};

export type BannerProps = { tone: Tone; title: string; children?: ReactNode; action?: ReactNode };

export function Banner({ tone, title, children, action }: BannerProps) {
  return (
    <div className={`banner banner-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon name={ICONS[tone]} />
      <div className="banner-text">
        <strong>{title}</strong>
        {children !== undefined && <div>{children}</div>}
        {action !== undefined && <div className="banner-action">{action}</div>}
      </div>
    </div>
  );
}
