import { randomBytes } from 'node:crypto';

/** UUID version 7: later ids sort after earlier ones of the same process, within a millisecond too. */
export function timeOrderedId(clock: { nowMs(): number }): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const nowMs = Math.max(lastMs, Math.floor(clock.nowMs()));
    counter = nowMs === lastMs ? counter + 1 : 0;
    lastMs = nowMs;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
    const time = lastMs.toString(16).padStart(12, '0');
    const tail = randomBytes(8);
    tail.writeUInt8((tail.readUInt8(0) & 0x3f) | 0x80, 0);
    const hex = tail.toString('hex');
    const sequence = counter.toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${hex.slice(0, 4)}-${hex.slice(4)}`;
  };
}
