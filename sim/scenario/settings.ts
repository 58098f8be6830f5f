import { parseDocument } from 'yaml';
import { InputError } from '../kernel/errors.ts';
import type { Path } from './fault.ts';
import { MAX_DEPTH, nesting } from './source.ts';

/** One change to a scenario from outside its file. */
export interface Setting {
  readonly path: Path;
  readonly value: unknown;
  /** Where messages say it came from: "--set", "--seed", or a place in the file for an intervention. */
  readonly from: string;
}

/** Reads "network.links.home-wifi.loss=1 %"; the value is YAML, so that lists and groups can be given too. */
export function readSetting(text: string): Setting {
  const equals = text.indexOf('=');
  const path = splitPath(text.slice(0, Math.max(equals, 0)));
  if (equals < 1 || path.length === 0) throw new InputError(`--set: expected path=value, got ${text || 'nothing'}`);
  return { path, value: readValue(path.join('.'), text.slice(equals + 1)), from: '--set' };
}

function readValue(path: string, text: string): unknown {
  const refusal = (why: string) =>
    new InputError(`--set ${path}: expected a YAML value, got ${text.slice(0, 60)} (${why})`);
  if (nesting(text) > MAX_DEPTH) throw refusal(`it nests more than ${MAX_DEPTH} deep`);
  const document = parseDocument(text, { prettyErrors: false, version: '1.2' });
  const [fault] = document.errors;
  if (fault) throw refusal(fault.message.charAt(0).toLowerCase() + fault.message.slice(1));
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    if (cause instanceof ReferenceError) throw refusal('an alias has nothing here to stand for');
    throw cause;
  }
}

/** "fleet.0.count" and "fleet[0].count" are the same path. */
export function splitPath(text: string): Path {
  const steps = text
    .trim()
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  return steps.some((step) => step === '') ? [] : steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/**
 * The same value with one path changed; maps that lie on the way are copied, or made.
 * @throws InputError when a step leads into a list that is too short, or into a plain value.
 */
export function withSetting(value: unknown, setting: Setting, depth = 0): unknown {
  const step = setting.path[depth];
  if (step === undefined) return setting.value;
  if (Array.isArray(value)) {
    if (typeof step !== 'number' || step >= value.length) {
      throw refused(setting, depth, `expected a position from 0 to ${value.length - 1}, got ${step}`);
    }
    return value.with(step, withSetting(value[step], setting, depth + 1));
  }
  if (value !== undefined && value !== null && typeof value !== 'object') {
    throw refused(setting, depth, `expected a group of keys before .${step}, got ${String(value)}`);
  }
  const entries = Object.entries(value ?? {});
  const at = entries.findIndex(([key]) => key === String(step));
  const changed: [string, unknown] = [String(step), withSetting(entries[at]?.[1], setting, depth + 1)];
  // From entries, so that a key such as __proto__ is a plain key, to be refused as unknown; order is kept.
  return Object.fromEntries(at < 0 ? [...entries, changed] : entries.with(at, changed));
}

function refused(setting: Setting, depth: number, message: string): InputError {
  return new InputError(`${setting.from} ${setting.path.slice(0, depth + 1).join('.')}: ${message}`);
}
