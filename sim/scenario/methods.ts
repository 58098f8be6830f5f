import { z } from 'zod';
import { g2tOptions } from '../method/g2t/options.ts';

/** Every training method's options, told apart by `name`. A new method is its own folder and one line here. */
export const methodOptions = z.discriminatedUnion('name', [g2tOptions]);
