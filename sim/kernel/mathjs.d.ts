/** The prebuilt bundle of mathjs: the same library as the package's entry, loaded in a tenth of the time. */
declare module 'mathjs/lib/browser/math.js' {
  /** A node of a parsed expression: each kind has some of these. */
  export interface ParsedNode {
    readonly type: string;
    readonly name?: string;
    readonly value?: unknown;
    /** An operator's function by name, or the node of a function that is called. */
    readonly fn?: string | ParsedNode;
    readonly args?: readonly ParsedNode[];
    readonly content?: ParsedNode;
    readonly condition?: ParsedNode;
    readonly trueExpr?: ParsedNode;
    readonly falseExpr?: ParsedNode;
    /** Whether a division is a percentage: 5 %. */
    readonly isPercentage?: boolean;
    toString(): string;
  }
  interface MathInstance {
    parse(text: string): ParsedNode;
    /** Solves a x = b by LU decomposition: a column. */
    lusolve(a: number[][], b: number[]): number[][];
    inv(a: number[][]): number[][];
    eigs(a: number[][], options: { readonly eigenvectors: false }): { readonly values: number[] };
  }
  const math: MathInstance;
  export default math;
}
