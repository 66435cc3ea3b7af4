import { signedHeaders } from '../../server/sandbox/buildium/webhooks.ts';

const AT_ONCE = 16;

/** Posts webhook bodies, signed for this moment. @returns how many were answered 2xx. */
export async function deliverAgain(
  bodies: readonly string[],
  target: { url: string; secret: string },
): Promise<number> {
  const left = [...bodies];
  let answered = 0;
  const next = async (): Promise<void> => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) {
      const headers = signedHeaders(target.secret, body, Date.now());
      const answer = await fetch(target.url, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      if (answer.ok) answered += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return answered;
}
