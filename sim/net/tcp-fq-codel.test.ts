import { describe, expect, it } from 'vitest';
import { FqCoDel } from './tcp-fq-codel.ts';

function filled(...flows: number[]): FqCoDel {
  const queue = new FqCoDel();
  queue.clear(10);
  flows.forEach((flow, i) => {
    queue.enqueue(0, flow, 1500, 0, i);
  });
  return queue;
}

function drain(queue: FqCoDel, every: number): number[] {
  const order: number[] = [];
  for (let now = 0; queue.size > 0; now += every) if (queue.dequeue(now)) order.push(queue.flow);
  return order;
}

describe('FQ-CoDel', () => {
  it('serves flows in turn, each in its own order', () => {
    const queue = filled(0, 0, 0, 1, 1, 2);
    expect(drain(queue, 0.0001)).toEqual([0, 1, 2, 0, 1, 0]);
  });

  it('lets a flow that has just come go first', () => {
    const queue = filled(0, 0, 0, 0);
    queue.dequeue(0);
    queue.dequeue(0.001);
    queue.enqueue(0.001, 5, 100, 0.001, 0);
    queue.dequeue(0.002);
    expect(queue.flow).toBe(5);
  });

  it('drops nothing that waits shortly, or not for long', () => {
    const queue = filled(...new Array<number>(40).fill(0));
    expect(drain(queue, 0.002)).toHaveLength(40);
  });

  it('drops from the head, ever faster, what has waited over 5 ms for over 100 ms', () => {
    const queue = filled(...new Array<number>(400).fill(0));
    const out = drain(queue, 0.01);
    expect(out.length + queue.dropped).toBe(400);
    expect(queue.droppedBytes).toBe(1500 * queue.dropped);
    // Four seconds: drops come after 0.1 / sqrt(n) s, n = 1, 2, ...: about (4 / 0.2)^2 / 4 in 4 s.
    expect(queue.dropped).toBeGreaterThan(60);
    expect(queue.dropped).toBeLessThan(250);
  });
});
