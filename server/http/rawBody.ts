import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './problem.ts';

/** Signatures are over the bytes as they came, so nothing may parse the body first. */
export async function readRawBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Events, not an iterator: leaving an iterator early destroys the socket that the answer must go through.
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else finish(() => reject(tooLarge(maxBytes)));
    };
    const onEnd = (): void => finish(() => resolve(Buffer.concat(chunks)));
    const onBreak = (): void => finish(() => reject(cutOff()));
    const finish = (settle: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

function tooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(
    413,
    'tooLarge',
    `The body is larger than ${maxBytes / 1024} KB. Send less at a time.`,
  );
}

function cutOff(): HttpProblem {
  return new HttpProblem(
    400,
    'cutOff',
    'The connection ended before the whole body had arrived. Send it again.',
  );
}
