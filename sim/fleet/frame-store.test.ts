import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameStore } from './frame-store.ts';

describe('FrameStore', () => {
  it('gives back what was kept, through any order of keeping and releasing', () => {
    const step = fc.record({ length: fc.integer({ min: 0, max: 5000 }), release: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const store = new FrameStore();
        const kept: { reference: number; bytes: Uint8Array }[] = [];
        steps.forEach(({ length, release }, n) => {
          const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + n) & 255);
          kept.push({ reference: store.keep(bytes, length), bytes });
          if (release % 2 === 1) store.release(kept.splice(release % kept.length, 1)[0]!.reference);
          for (const { reference, bytes: expected } of kept) expect(store.view(reference)).toEqual(expected);
        });
      }),
      { seed: 4, numRuns: 30 },
    );
  });
});
