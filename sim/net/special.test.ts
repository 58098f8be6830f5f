import { describe, expect, it } from 'vitest';
import { gammaCdf, gammaQuantile, logGamma, normalCdf, normalQuantile } from './special.ts';

describe('special functions', () => {
  it('normalQuantile gives the tabulated points', () => {
    // Values of AS 241's own check and of R's qnorm.
    expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 15);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167814, 14);
    expect(normalQuantile(1e-20)).toBe(normalQuantile(0));
    expect(normalQuantile(1e-15)).toBeCloseTo(-7.941345326170998, 13);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('normalQuantile is finite at both ends of [0, 1)', () => {
    expect(normalQuantile(0)).toBeCloseTo(-8.29, 1);
    expect(normalQuantile(1 - Number.EPSILON / 2)).toBeCloseTo(8.21, 1);
  });

  it('normalCdf undoes normalQuantile over the whole range', () => {
    for (let i = 1; i < 1000; i++) {
      const p = i / 1000;
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13);
    }
  });

  it('logGamma knows factorials and gamma(1/2)', () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(0.01)).toBeCloseTo(4.599479878042022, 12);
  });

  it('gammaCdf with shape 1 is the exponential, with shape 1/2 the error function', () => {
    for (const x of [0.01, 0.5, 1, 3, 10]) expect(gammaCdf(1, x)).toBeCloseTo(1 - Math.exp(-x), 14);
    expect(gammaCdf(0.5, 1)).toBeCloseTo(0.8427007929497149, 13); // erf(1)
    expect(gammaCdf(3, 0)).toBe(0);
  });

  it('gammaQuantile undoes gammaCdf', () => {
    for (const shape of [0.2, 1, 2.5, 40]) {
      for (const p of [0.01, 0.5, 0.95, 0.999]) {
        expect(gammaCdf(shape, gammaQuantile(shape, p))).toBeCloseTo(p, 11);
      }
    }
  });
});
