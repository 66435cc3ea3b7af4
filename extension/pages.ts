import { useCallback, useEffect, useState } from 'react';
import type { Result } from '../shared/result.ts';
import type { Problem } from './problem.ts';
import { useRemote, type Watched } from './remote.ts';

/** A list of which one page more is read each time that somebody asks for it, and all of them again every so often. */
export function usePages<T>(
  load: (pages: number) => Promise<Result<T, Problem>>,
  key: string,
  everyMs: number,
): Watched<T> & { more: () => void } {
  const [pages, setPages] = useState(1);
  useEffect(() => setPages(1), [key]);
  const watched = useRemote(() => load(pages), key, everyMs);
  const { reload } = watched;
  useEffect(() => {
    if (pages > 1) void reload();
  }, [pages, reload]);
  const more = useCallback(() => setPages((before) => before + 1), []);
  return { ...watched, more };
}
