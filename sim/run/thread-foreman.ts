import { type MessagePort, Worker, workerData } from 'node:worker_threads';
import { Desk } from '../device/desk.ts';
import type { ForemanData } from './threads.ts';

// What the foreman's thread runs: it starts the hands, and notes on the desk when one of them ends. Ending it ends them.

/** What a hand is given. */
export interface HandData {
  readonly desk: SharedArrayBuffer;
  readonly module: WebAssembly.Module;
  readonly number: number;
  readonly port: MessagePort;
}

const { desk, module, ports, hand: file } = workerData as ForemanData;
ports.forEach((port, number) => {
  const data: HandData = { desk, module, number, port };
  const hand = new Worker(file, { workerData: data, transferList: [port] });
  hand.on('error', (error) => new Desk(desk).noteEnd(error.message));
  hand.on('exit', (code) => new Desk(desk).noteEnd(`exit code ${code}`));
});
