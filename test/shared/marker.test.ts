import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MARKER_ROOM, markerFrom, markerIn, withMarker, withoutMarker } from '../../shared/marker.ts';

const marker = fc.uint8Array({ minLength: 5, maxLength: 5 }).map((bytes) => markerFrom(bytes));

test('a marker is found at the end of any text, and taken off it again', () => {
  fc.assert(
    fc.property(marker, fc.string(), (one, text) => {
      const typed = text.trim();
      const marked = withMarker(typed === '' ? null : typed, one);
      expect(markerIn(marked)).toBe(one);
      expect(withoutMarker(marked)).toBe(typed === '' ? null : typed);
      expect(marked.length - typed.length).toBeLessThanOrEqual(MARKER_ROOM);
    }),
  );
});

test('what a person typed is never taken for one', () => {
  const [own] = fc.sample(marker, { numRuns: 1, seed: 1 });
  const mistyped = `${own?.slice(0, -1) ?? ''}${own?.endsWith('0') ? '1' : '0'}`;
  for (const text of [
    'AS-12345678',
    'Invoice AS-2026-11',
    'AS-',
    mistyped,
    `${own ?? ''} paid`,
    `x${own ?? ''}`,
  ])
    expect([text, markerIn(text), withoutMarker(text)]).toEqual([text, null, text]);
  expect(withoutMarker(null)).toBeNull();
  expect(withoutMarker(undefined)).toBeUndefined();
});

test('different chance gives different markers', () => {
  const markers = Array.from({ length: 2000 }, (_, index) =>
    markerFrom(Uint8Array.from([index >> 8, index & 255, 7, 7, 7])),
  );
  expect(new Set(markers).size).toBe(markers.length);
});
