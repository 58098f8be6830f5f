import { coldStream, type Uniform } from '../../kernel/random.ts';

/** Draws of one scenario, a function of the swarm's seed and the scenario's number alone. */
export class Chance {
  readonly #uniform: Uniform;

  constructor(seed: number, purpose: string) {
    this.#uniform = coldStream(seed, purpose);
  }

  /** From 0 up to, not including, 1. */
  share(): number {
    return this.#uniform();
  }

  yes(probability: number): boolean {
    return this.#uniform() < probability;
  }

  /** A whole number, both ends included. */
  whole(least: number, most: number): number {
    return Math.min(most, least + Math.floor(this.#uniform() * (most - least + 1)));
  }

  /** From `least` to `most`, each factor as likely; both above 0. */
  factor(least: number, most: number): number {
    return Math.min(most, Math.max(least, least * Math.exp(this.#uniform() * Math.log(most / least))));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#uniform() * list.length)]!;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    return list.map(() => left.splice(Math.floor(this.#uniform() * left.length), 1)[0]!);
  }
}
