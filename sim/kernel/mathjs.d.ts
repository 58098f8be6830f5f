/** The prebuilt bundle of mathjs: the same library as the package's entry, loaded in a tenth of the time. */
declare module 'mathjs/lib/browser/math.js' {
  interface ParsedUnit {
    /** In SI base units (bits for data). */
    readonly value: number;
    /** Powers of the base dimensions. */
    readonly dimensions: readonly number[];
  }
  interface UnitClass {
    parse(text: string): ParsedUnit;
    createUnitSingle(name: string, options: { readonly definition?: string; readonly prefixes?: string }): void;
  }
  interface MathInstance {
    create(): MathInstance & Record<string, unknown>;
    readonly Unit: UnitClass;
  }
  const math: MathInstance;
  export default math;
}
