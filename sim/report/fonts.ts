import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The fonts of all pictures: regular, then bold. */
export const FONT_FILES: readonly string[] = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
);
