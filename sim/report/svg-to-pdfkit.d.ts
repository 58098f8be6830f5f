declare module 'svg-to-pdfkit' {
  interface DrawOptions {
    readonly width?: number;
    readonly height?: number;
    /** Whether a bare number is a point; else 1/96 in. */
    readonly assumePt?: boolean;
    /** The name of a registered font. */
    readonly fontCallback?: (family: string, bold: boolean, italic: boolean) => string;
  }
  export default function draw(
    document: PDFKit.PDFDocument,
    svg: string,
    x: number,
    y: number,
    options?: DrawOptions,
  ): void;
}
