/** Numbers as people read them. */
export function short(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(digits - 1).replace('e+', 'e');
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size))))));
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** With a prefix: 12.3 kB. */
export function scaled(value: number, unit: string): string {
  let scaledValue = value;
  let prefix = 0;
  while (Math.abs(scaledValue) >= 1000 && prefix < PREFIXES.length - 1) {
    scaledValue /= 1000;
    prefix++;
  }
  return `${short(scaledValue)} ${PREFIXES[prefix]}${unit}`;
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** Simulated time: 12.345 s, 3 min 04 s, 5 h 07 min; a dash where it is not known. */
export function clock(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds.toFixed(3)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${(seconds % 60).toFixed(1).padStart(4, '0')} s`;
  const hours = Math.floor(minutes / 60);
  return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}
