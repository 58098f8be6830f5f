const PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** What stands for a number that is not known or not finite. */
export const UNKNOWN = '–';

function isKnown(value: number | null): value is number {
  return Number.isFinite(value);
}

/** Three significant digits without an exponent, with thin thousands: 0.00123, 1.23, 123, 12,300. */
export function short(value: number | null, digits = 3): string {
  if (!isKnown(value)) return UNKNOWN;
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-4)
    return value
      .toExponential(digits - 1)
      .replace('e-', ' × 10⁻')
      .replace(/⁻(\d+)$/, superscript);
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) >= 1000 ? grouped(Math.round(value)) : String(rounded);
}

function superscript(_: string, power: string): string {
  return `⁻${[...power].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`;
}

/** A whole number in groups of three. */
export function grouped(value: number | null): string {
  if (!isKnown(value)) return UNKNOWN;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** With a decimal prefix: 1.23 MB. */
export function withPrefix(value: number | null, unit: string): string {
  if (!isKnown(value)) return UNKNOWN;
  for (const [scale, prefix] of PREFIXES) {
    if (Math.abs(value) >= scale) return `${short(value / scale)} ${prefix}${unit}`;
  }
  if (value !== 0 && Math.abs(value) < 1 && unit !== 'B') {
    if (Math.abs(value) >= 1e-3) return `${short(value * 1e3)} m${unit}`;
    if (Math.abs(value) >= 1e-6) return `${short(value * 1e6)} µ${unit}`;
  }
  return `${short(value)} ${unit}`;
}

/** Seconds as a person reads them: 12.3 ms, 4.56 s, 3 min 20 s, 2 h 05 min, 3 d 4 h. */
export function span(seconds: number | null): string {
  if (!isKnown(seconds)) return UNKNOWN;
  if (seconds < 120) return withPrefix(seconds, 's');
  const whole = Math.round(seconds);
  if (whole < 7200) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function percent(share: number | null, digits = 1): string {
  if (!isKnown(share)) return UNKNOWN;
  return `${(share * 100).toFixed(digits)} %`;
}

/** Six significant digits: what a chart can show, so that specs stay small. What is not known or not finite is null: a gap. */
export function six(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

/** One value over another; null where one of them is not known, or there is nothing to divide by. */
export function ratio(value: number | null, to: number | null): number | null {
  return value === null || to === null || to === 0 ? null : value / to;
}

/** How many of some runs were cut: 27 of 30 at the horizon. */
export function horizonText(cut: number, all: number): string {
  return `${grouped(cut)} of ${grouped(all)} at the horizon`;
}
