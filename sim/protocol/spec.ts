import type { NumbersName } from './numbers.ts';

/** How the table of messages is written. */

export type NumberType = 'u8' | 'u16' | 'u32' | 'f32';

/** A part of an integer field that has a meaning of its own. */
export interface BitsSpec {
  readonly name: string;
  /** Lowest bit. */
  readonly from: number;
  /** `flag` is one bit; `log2` is five bits that hold the logarithm of a power of two. */
  readonly as: 'flag' | 'log2';
  readonly about: string;
  /** What the live page calls it; the name in words by default. */
  readonly label?: string;
}

export interface FieldSpec {
  /** In camel case; the C header has it in snake case. */
  readonly name: string;
  readonly type: NumberType;
  readonly about: string;
  readonly unit?: 'B' | 'us' | 'ms' | 'MHz';
  /** What the live page calls it; the name in words by default. */
  readonly label?: string;
  /** Left out of the live page's line. */
  readonly detail?: true;
  /** Always 0. */
  readonly reserved?: true;
  /** Names of its values: a key of NUMBERS. */
  readonly numbers?: NumbersName;
  readonly bits?: readonly BitsSpec[];
  /** Present only where this bit of an earlier field is set. */
  readonly when?: { readonly field: string; readonly mask: number };
}

/** What a message ends in: any number of items. */
export interface TailSpec {
  readonly name: string;
  readonly of: 'bytes' | 'u16' | 'f32' | 'change';
  readonly about: string;
}

/** Fields that stand behind the common ones, by what SETUP asked for. */
export interface FormSpec {
  readonly name: string;
  readonly about: string;
  readonly fields: readonly FieldSpec[];
}

export interface MessageSpec {
  readonly name: string;
  readonly number: number;
  /** `exchange`: of methods that exchange gradients or parameters. */
  readonly family?: 'exchange';
  readonly way: 'up' | 'down' | 'port';
  readonly about: string;
  /** What `round` in the header carries; `zero` where it is always 0. */
  readonly round: string;
  /** What the live page puts before `round`; nothing where it tells nothing. */
  readonly roundLabel?: string;
  readonly fields: readonly FieldSpec[];
  readonly forms?: readonly FormSpec[];
  /** When the fields of a form are there; always by default. */
  readonly formsWhen?: string;
  readonly tail?: TailSpec;
}
