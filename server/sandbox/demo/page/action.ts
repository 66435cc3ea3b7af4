import type * as z from 'zod';
import type { ExtensionHost } from '../../extensionHost/index.ts';
import type { Stage } from '../stage.ts';
import type { Feed } from './feed.ts';
import type { Answer } from './view.ts';

/** What an action works with. */
export type Desk = {
  stage: Stage;
  feed: Feed;
  /** The extension beside the grid, where there is one. */
  extension?: ExtensionHost;
};

/** What came of an action, where the page must know it. */
export type Made = Pick<Answer, 'recordId'>;

export type Action = { fields: z.ZodType; act(desk: Desk, input: unknown): Promise<Made | void> };

export function action<S extends z.ZodType>(
  fields: S,
  act: (desk: Desk, input: z.output<S>) => Promise<Made | void>,
): Action {
  // The dispatcher parses the input with these very fields.
  return { fields, act: (desk, input) => act(desk, input as z.output<S>) };
}
