import { FONT_FILES } from './fonts.ts';

/** What a PDF says of itself. */
export interface PdfFacts {
  readonly title: string;
  readonly subject: string;
}

/**
 * An SVG as a PDF of one page, a user unit a point, with those characters of the fonts embedded that it uses. The same
 * SVG gives the same bytes: the date of creation is fixed, and the file's id follows from what it says of itself.
 */
export async function pdfOf(
  svg: string,
  size: { readonly width: number; readonly height: number },
  facts: PdfFacts,
): Promise<Uint8Array> {
  const [{ default: PdfDocument }, { default: draw }] = await Promise.all([import('pdfkit'), import('svg-to-pdfkit')]);
  const document = new PdfDocument({
    size: [size.width, size.height],
    margin: 0,
    font: FONT_FILES[0]!,
    info: {
      Title: facts.title,
      Subject: facts.subject,
      Creator: 'Globe2Train simulator',
      CreationDate: new Date(0),
    },
  });
  document.registerFont('regular', FONT_FILES[0]!).registerFont('bold', FONT_FILES[1]!);
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  draw(document, svg, 0, 0, {
    width: size.width,
    height: size.height,
    assumePt: true,
    fontCallback: (_family, bold) => (bold ? 'bold' : 'regular'),
  });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
