/** The work went on for too long; it may still come to its end. */
export class DeadlinePassed extends Error {
  override name = 'DeadlinePassed';
}

/** Stops waiting after the time given; what was begun is not undone. */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, passed]);
  } finally {
    clearTimeout(timer);
  }
}
