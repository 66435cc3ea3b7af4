import type * as z from 'zod';
import type { ExtensionHost } from '../../extensionHost/index.ts';
import type { Stage } from '../stage.ts';
import type { Feed } from './feed.ts';

/** What an action works with. */
export type Desk = {
  stage: Stage;
  feed: Feed;
  /** The extension beside the grid, where there is one. */
  extension?: ExtensionHost;
};

export type Action = { fields: z.ZodType; act(desk: Desk, input: unknown): Promise<void> };

export function action<S extends z.ZodType>(
  fields: S,
  act: (desk: Desk, input: z.output<S>) => Promise<void>,
): Action {
  // The dispatcher parses the input with these very fields.
  return { fields, act: (desk, input) => act(desk, input as z.output<S>) };
}
