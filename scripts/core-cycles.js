// Cycles of the firmware's counted operations on the emulated boards' cores: every instruction of a grid of tasks, traced under
// QEMU, charged by ARM's published timings and by the waits of the flash of the board that the core stands for
// (firmware/published/timing.js), then fitted as g2t calibrate fits. `npm run build && node scripts/core-cycles.js [MACHINE]`
// prints cycles and cycles an instruction by operation; boards/cores.ts and boards/instructions.ts have them. Takes minutes.
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { measure } from '../dist/board/experiments.js';
import { operationFit } from '../dist/board/operations.js';
import { openProcess } from '../dist/board/process-link.js';
import { Session } from '../dist/board/session.js';
import { programOf } from '../firmware/published/count.js';
import { cyclesOf, FLASH } from '../firmware/published/timing.js';

const CORES = {
  'mps2-an386': { core: 'm4', flash: 'cached' },
  lm3s6965evb: { core: 'm3', flash: 'stm32f103' },
  microbit: { core: 'm0plus', flash: 'samd21' },
};
const EXTENT = { features: [3, 10, 22, 40], rows: 7, passes: 4, receiveBytes: 512 };

/** Traces the machine through a grid of tasks. @returns each call: what the firmware counted, instructions, cycles without and with flash. */
async function traced(machine) {
  const { core, flash } = CORES[machine];
  const image = fileURLToPath(new URL(`../firmware/build/boards/${machine}.elf`, import.meta.url));
  const program = programOf(run('arm-none-eabi-objdump', ['-d', image]));
  const folder = mkdtempSync(join(tmpdir(), 'g2t-trace-'));
  const fifo = join(folder, 'trace');
  run('mkfifo', [fifo]);
  try {
    const calls = [];
    const reading = readTrace(fifo, program.functions.get('board_counter'), (path) =>
      calls.push(timed(core, flash, path, program.code)),
    );
    const quiet = ['-M', machine, '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-icount', 'shift=0'];
    const trace = ['-singlestep', '-d', 'exec,nochain', '-D', fifo, '-dfilter', watched(image), '-kernel', image];
    const link = await openProcess({
      name: machine,
      command: 'qemu-system-arm',
      args: [...quiet, ...trace],
      missing: 'no QEMU',
    });
    const session = await Session.open(link);
    const observations = await measure(session, { extent: EXTENT, seed: 1, repeats: 1 });
    await session.close();
    await reading;
    if (calls.length !== observations.length)
      throw new Error(`${machine}: ${observations.length} calls, ${calls.length} in the trace`);
    return observations.map((observation, at) => ({ ...observation, ...calls[at] }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything but what waits for bytes: those loops would fill the trace. */
function watched(image) {
  const symbols = run('arm-none-eabi-nm', ['-S', image])
    .split('\n')
    .map((line) => /^(\w+) (\w+) [tT] (.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, at, size, name]) => ({ from: Number.parseInt(at, 16), size: Number.parseInt(size, 16), name }));
  const skipped = symbols.filter(({ name }) => /^board_(get|put)$|cobs/.test(name)).sort((a, b) => a.from - b.from);
  const end = Math.max(...symbols.map(({ from, size }) => from + size));
  const ranges = [];
  let at = 0;
  for (const { from, size } of skipped) {
    if (from > at) ranges.push(`0x${at.toString(16)}..0x${(from - 1).toString(16)}`);
    at = from + size;
  }
  ranges.push(`0x${at.toString(16)}..0x${end.toString(16)}`);
  return ranges.join(',');
}

/** Gives the addresses between every two calls of the counter: one call of the firmware. */
async function readTrace(fifo, counter, take) {
  let inside = false;
  let path = [];
  let rest = '';
  for await (const chunk of createReadStream(fifo, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = rest + chunk;
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const isTrace = text.startsWith('Trace', from);
      const slash = text.indexOf('/', text.indexOf('[', from)) + 1;
      const address = Number.parseInt(text.slice(slash, slash + 8), 16);
      from = end + 1;
      if (!isTrace) continue;
      if (address === counter) {
        if (inside) take(path);
        inside = !inside;
        path = [];
      } else if (inside) path.push(address);
    }
    rest = text.slice(from);
  }
}

function timed(core, flash, path, code) {
  const waits = FLASH[flash]();
  let now = 0;
  let plain = 0;
  let before;
  for (let i = 0; i < path.length; i++) {
    const step = code.get(path[i]);
    if (step === undefined)
      throw new Error(
        `no instruction at ${path[i].toString(16)}: ${path.slice(i - 3, i + 3).map((a) => a.toString(16))}`,
      );
    const target = path[i + 1] === undefined ? undefined : code.get(path[i + 1]);
    const taken = target !== undefined && target.address !== step.address + step.size;
    const cycles = cyclesOf(core, { ...step, taken, target, before });
    now += cycles + waits.wait(now, step);
    plain += cycles;
    before = step;
  }
  return { instructions: path.length, plain, cycles: now };
}

function run(name, args) {
  const done = spawnSync(name, args, { encoding: 'utf8', maxBuffer: 2 ** 27 });
  if (done.status !== 0) throw new Error(`${name}: ${done.error?.message ?? done.stderr}`);
  return done.stdout;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const machine of process.argv[2] === undefined ? Object.keys(CORES) : [process.argv[2]]) {
    const calls = await traced(machine);
    const fitOf = (what) => operationFit(calls.map((call) => ({ ...call, counter: call[what] })));
    const [instructions, plain, cycles] = ['instructions', 'plain', 'cycles'].map(fitOf);
    console.log(
      `${machine}: ${calls.length} calls, R2 ${cycles.r2.toFixed(4)}, median error ${cycles.medianError.toFixed(4)}`,
    );
    instructions.costs.forEach(({ column, cost, how }, at) => {
      const figures = [cost, plain.costs[at].cost, cycles.costs[at].cost].map((value) => value.toFixed(2).padStart(9));
      console.log(`${column.padEnd(16)}${figures.join('')}  ${(cycles.costs[at].cost / cost).toFixed(3)}  ${how}`);
    });
    const total = (key) => calls.reduce((sum, call) => sum + call[key], 0);
    console.log(
      `all: ${(total('plain') / total('instructions')).toFixed(3)} and ${(total('cycles') / total('instructions')).toFixed(3)} cycles an instruction`,
    );
  }
}
