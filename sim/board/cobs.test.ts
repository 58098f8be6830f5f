import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket, PacketReader } from './cobs.ts';

/** The bodies that come out of bytes cut into pieces of the given size. */
function read(wire: Uint8Array, piece = wire.length): { bodies: Uint8Array[]; reader: PacketReader } {
  const reader = new PacketReader(4096);
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < wire.length; at += Math.max(1, piece))
    reader.push(wire.subarray(at, at + Math.max(1, piece)), (body) => bodies.push(body));
  return { bodies, reader };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Bodies with long runs of zeros and of others: where blocks end. */
const body = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 255), fc.constantFrom(1, 2, 250, 253, 254, 255, 260)), { maxLength: 5 })
  .map((runs) => joined(runs.map(([byte, count]) => new Uint8Array(count).fill(byte))));

describe('packets on a wire', () => {
  it('have no zero in them but their last byte, and come back as they were, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(body, fc.uint8Array({ maxLength: 600 })), { maxLength: 4 }),
        fc.nat(40),
        (bodies, piece) => {
          const packets = bodies.map(encodePacket);
          for (const packet of packets) expect(packet.indexOf(0)).toBe(packet.length - 1);
          expect(read(joined(packets), piece).bodies).toEqual(bodies);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('takes no more room than a byte in 254, one more, the CRC and the zero', () => {
    for (const length of [0, 1, 249, 250, 251, 504, 65_536]) {
      const packet = encodePacket(new Uint8Array(length).fill(7));
      expect(packet.length).toBeLessThanOrEqual(length + 4 + Math.floor((length + 4) / 254) + 2);
    }
  });

  it('is the encoding of its paper', () => {
    // 11 00 and its CRC-32, ef 31 00 12.
    expect([...encodePacket(Uint8Array.of(0x11, 0))]).toEqual([2, 0x11, 3, 0xef, 0x31, 2, 0x12, 0]);
    // A full block ends in no zero: 250 bytes and a CRC without one.
    const full = encodePacket(Uint8Array.from({ length: 250 }, (_, i) => i + 1));
    expect([full[0], full[254], full[255], full[256], full.length]).toEqual([255, 0x8b, 1, 0, 257]);
  });

  it('loses one packet to a lost or flipped byte, never two, never a wrong one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 3, maxLength: 3 }),
        fc.nat(),
        fc.nat(255),
        (bodies, where, flip) => {
          const packets = bodies.map(encodePacket);
          // Inside the middle packet, before its zero.
          const at = packets[0]!.length + (where % (packets[1]!.length - 1));
          const wire = joined(packets);
          if (flip === 0) wire.copyWithin(at, at + 1);
          else wire[at]! ^= flip;
          const { bodies: come } = read(flip === 0 ? wire.subarray(0, -1) : wire);
          expect(come[0]).toEqual(bodies[0]);
          expect(come.at(-1)).toEqual(bodies[2]);
          expect(come.length).toBe(2);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });

  it('loses two to a lost zero, and finds the third', () => {
    const packets = [1, 2, 3].map((n) => encodePacket(Uint8Array.of(n, n)));
    const { bodies, reader } = read(joined([packets[0]!.subarray(0, -1), packets[1]!, packets[2]!]));
    expect(bodies).toEqual([Uint8Array.of(3, 3)]);
    expect(reader.dropped).toBe(1);
  });

  it('takes any bytes, drops what is no packet and what is too long, and goes on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(9), (noise, piece) => {
        const packet = encodePacket(Uint8Array.of(1, 2, 3));
        const { bodies } = read(joined([noise, Uint8Array.of(0), packet]), piece);
        expect(bodies.at(-1)).toEqual(Uint8Array.of(1, 2, 3));
      }),
      { seed: 3, numRuns: 500 },
    );
    const { bodies, reader } = read(joined([encodePacket(new Uint8Array(5000)), encodePacket(Uint8Array.of(9))]));
    expect([bodies, reader.dropped]).toEqual([[Uint8Array.of(9)], 1]);
  });

  it('does not count zeros between packets', () => {
    const { bodies, reader } = read(joined([Uint8Array.of(0, 0), encodePacket(Uint8Array.of(5)), Uint8Array.of(0)]));
    expect([bodies.length, reader.dropped]).toEqual([1, 0]);
  });
});
