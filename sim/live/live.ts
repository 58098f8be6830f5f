import { randomBytes } from 'node:crypto';
import { loadAssets } from './assets.ts';
import { Hub } from './hub.ts';
import { PastReader } from './past-reader.ts';
import { LiveServer } from './server.ts';
import type { WorkerSetup } from './worker-messages.ts';

const TOKEN_BYTES = 24;

/** A live page that is being served. */
export interface Live {
  readonly port: number;
  /** Where to look, with the token in the part that no browser sends. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the live page of a scenario on this machine. Its first run waits to be let go.
 * @param port 0 for any that is free.
 * @throws InputError when the scenario, its data or the port will not do.
 */
export async function openLive(setup: WorkerSetup, port: number): Promise<Live> {
  const assets = loadAssets();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const hub = await Hub.open(setup, randomBytes(8).toString('hex'));
  try {
    const past = new PastReader(setup.outDir);
    const server = await LiveServer.open({ hub, past, assets, token }, port);
    return {
      port: server.port,
      url: `http://127.0.0.1:${server.port}/#token=${token}`,
      close: async () => {
        await hub.close();
        await past.close();
        await server.close();
      },
    };
  } catch (error) {
    await hub.close();
    throw error;
  }
}
