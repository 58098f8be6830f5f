import { createHash } from 'node:crypto';
import type { Content } from './write.ts';

/** SHA-256 in hex, as `sha256sum` prints it; text is hashed as UTF-8. */
export function sha256Of(content: Content): string {
  return createHash('sha256').update(content).digest('hex');
}
