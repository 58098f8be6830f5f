import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { lendAHand, type Place } from '../device/hand.ts';
import type { HandData } from './thread-foreman.ts';

// What a thread that works on devices' firmware runs.

const { desk, module, number, port } = workerData as HandData;

/** A memory is shown before any job in it is laid down, so that it is there already. */
function nextPlace(): Place {
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Error('Expected a memory to have been shown, got none');
  return received.message as Place;
}

lendAHand({ desk, number, module, nextPlace });
