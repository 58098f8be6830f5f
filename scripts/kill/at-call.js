// Preload module (node --import): ends the process with SIGKILL within a chosen call of the file system, as a power cut or an
// out-of-memory killer would. KILL_AT=CALL:N:WHEN names the call (renameSync, ...), its number in its thread, and before, amid or after.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [call, number, when] = (process.env.KILL_AT ?? '').split(':');
const original = fs[call];
let left = Number(number);

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment: nothing is done meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (typeof original === 'function') {
  fs[call] = (...args) => {
    if (--left !== 0) return original(...args);
    if (when === 'before') die();
    // A write that is cut: half of its bytes reach the disk.
    if (when === 'amid' && call === 'writeSync') original(args[0], args[1], args[2], Math.floor(args[3] / 2));
    else original(...args);
    return die();
  };
  syncBuiltinESMExports();
}
