import type { NewestFirst } from '../newestFirst.ts';
import { Banner } from './Banner.tsx';
import { Button } from './Button.tsx';

type Pages = Pick<
  NewestFirst<unknown, unknown>,
  'isBehind' | 'hasOlder' | 'isLoading' | 'showOlder' | 'showNewest'
>;

/** Above a list that has fallen behind: it is left as it is read until somebody wants the newest. */
export function Newer({ pages, title }: { pages: Pages; title: string }) {
  if (!pages.isBehind) return null;
  return (
    <Banner tone="info" title={title} action={<Button onClick={pages.showNewest}>Show the newest</Button>} />
  );
}

export function Older({ pages }: { pages: Pages }) {
  if (!pages.hasOlder) return null;
  return (
    <div className="more">
      <Button busy={pages.isLoading} onClick={() => void pages.showOlder()}>
        Show older
      </Button>
    </div>
  );
}
