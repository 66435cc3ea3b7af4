import { bodyParser } from '@koa/bodyparser';
import type { Middleware } from 'koa';
import { HttpProblem } from './problem.ts';

const BODY_BYTES = 256 * 1024;

/** JSON and nothing else: whatever has another type is refused before it is read. */
export const onlyJson: Middleware = async (ctx, next) => {
  if (ctx.request.length !== 0 && ctx.is('json') === false) {
    throw new HttpProblem(
      415,
      'unsupportedMediaType',
      'The body must be JSON. Send it with "Content-Type: application/json".',
    );
  }
  await next();
};

export const jsonBody: Middleware = bodyParser({
  enableTypes: ['json'],
  jsonLimit: BODY_BYTES,
  onError: (error) => {
    if ((error as { status?: unknown }).status === 413) {
      throw new HttpProblem(
        413,
        'tooLarge',
        `The body is larger than ${BODY_BYTES / 1024} KB. Send less at a time.`,
      );
    }
    throw new HttpProblem(400, 'bodyNotJson', 'The body is not a JSON object. Check its quotes and commas.');
  },
});
