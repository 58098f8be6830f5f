// What the as-published kernel costs on the boards' cores: built as Arduino builds it, run under QEMU an instruction at a time,
// each instruction timed by timing.js. `node firmware/published/count.js` prints the table.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cyclesOf, decode, FLASH } from './timing.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const FEATURES = [22, 64];

/** Scores for each way through newlib's exp: none, |z| below ln 2 / 2, below 3 ln 2 / 2, beyond; both signs where it matters. */
export const WAYS = { zero: [0], near: [0.2, -0.25], middle: [0.7, -0.8], far: [2, -2.5, 6, -9] };
const SCORES = Object.values(WAYS).flat();

/** As the boards' Arduino cores compile: Adafruit nRF52 with -Ofast, STM32 and SAMD with -Os (their platform.txt). */
export const TARGETS = {
  nrf52840: {
    machine: 'mps2-an386',
    core: 'm4',
    flash: 'cached',
    flags: ['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16', '-Ofast'],
  },
  stm32f103c8: { machine: 'mps2-an385', core: 'm3', flash: 'stm32f103', flags: ['-mcpu=cortex-m3', '-Os'] },
  samd21g18: { machine: 'microbit', core: 'm0plus', flash: 'samd21', flags: ['-mcpu=cortex-m0plus', '-Os'] },
};

/** @returns the costs of one target, instructions and cycles: see `summary`. */
export function countOn(name) {
  const { machine, core, flash, flags } = TARGETS[name];
  const folder = mkdtempSync(join(tmpdir(), 'g2t-published-'));
  try {
    const program = join(folder, 'kernel.elf');
    const trace = join(folder, 'trace');
    build(program, flags);
    const listing = command('arm-none-eabi-objdump', ['-d', program]);
    const quiet = ['-M', machine, '-nographic', '-monitor', 'none', '-serial', 'none', '-semihosting'];
    command('qemu-system-arm', [...quiet, '-singlestep', '-d', 'exec,nochain', '-D', trace, '-kernel', program]);
    return summary(cases(core, flash, listing, addressesIn(readFileSync(trace, 'latin1'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function build(program, flags) {
  const defines = [`-DFEATURES={${FEATURES}}`, `-DSCORES={${SCORES.map((score) => `${score.toFixed(2)}f`)}}`];
  const link = ['-nostartfiles', '--specs=nano.specs', '--specs=nosys.specs', '-Tlink.ld', '-Wl,--gc-sections'];
  const more = ['-mthumb', '-std=gnu11', '-ffunction-sections', '-fdata-sections', ...defines, ...link];
  command('arm-none-eabi-gcc', [...flags, ...more, '-o', program, 'main.c', 'kernel.c', '-lm']);
}

/** @returns what the command printed. @throws with what it said. */
function command(name, args) {
  const done = spawnSync(name, args, { cwd: HERE, encoding: 'latin1', maxBuffer: 2 ** 26, timeout: 60_000 });
  if (done.error !== undefined) throw new Error(`${name} does not run: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${name} failed:\n${done.stderr}`);
  return done.stdout;
}

/** Lines of QEMU 7 and 8: `Trace 0: 0x7f12 [00800400/0000000c/00000510/ff000201] name`: the second number is the address. */
function* addressesIn(trace) {
  for (let at = trace.indexOf('Trace '); at >= 0; at = trace.indexOf('\nTrace ', at + 1)) {
    const bracket = trace.indexOf('[', at);
    const from = trace.indexOf('/', bracket) + 1;
    yield Number.parseInt(trace.slice(from, from + 8), 16);
  }
}

/** The program, by address: size, decoded instruction, address of the constant it loads; and where its functions begin. */
export function programOf(listing) {
  const code = new Map();
  const functions = new Map();
  for (const line of listing.split('\n')) {
    const begins = /^([0-9a-f]+) <(\w+)>:/.exec(line);
    if (begins !== null) functions.set(begins[2], Number.parseInt(begins[1], 16));
    const found = /^\s+([0-9a-f]+):\t([0-9a-f ]+?)\s*\t(.*)$/.exec(line);
    if (found === null) continue;
    const literal = /@ \((\w+) </.exec(found[3])?.[1] ?? /@ ([0-9a-f]+) </.exec(found[3])?.[1];
    const size = found[2].replaceAll(' ', '').length / 2;
    const address = Number.parseInt(found[1], 16);
    code.set(address, { address, size, decoded: decode(found[3]), literal: Number.parseInt(literal ?? '0', 16) });
  }
  return { code, functions };
}

/** Instructions, cycles without and with waits of each stretch between the two marks. */
function cases(core, flash, listing, addresses) {
  const { code, functions } = programOf(listing);
  const begin = functions.get('between_begin');
  const end = functions.get('between_end');
  const found = [];
  let path = [];
  let inside = false;
  for (const address of addresses) {
    if (address === begin) path = [];
    else if (address === end) found.push(timed(core, flash, path));
    inside = address === begin || (inside && address !== end);
    if (inside && address !== begin) path.push(code.get(address));
  }
  return found;
}

/** Twice over, so that what the flash buffers hold at the start is what they hold in a loop. */
function timed(core, flash, path) {
  const waits = FLASH[flash]();
  let now = 0;
  let plain = 0;
  let start = 0;
  for (let round = 0; round < 2; round++) {
    start = now;
    plain = 0;
    for (let i = 0; i < path.length; i++) {
      const step = path[i];
      const target = path[(i + 1) % path.length];
      const taken = target.address !== step.address + step.size;
      const cycles = cyclesOf(core, { ...step, taken, target, before: path[i - 1] });
      now += cycles + waits.wait(now, step);
      plain += cycles;
    }
  }
  return { instructions: path.length, plain, cycles: now - start };
}

/** Costs at 22 features by way through exp, and of each further multiply-add and weight. */
function summary(found) {
  const each = SCORES.length + 1;
  const [small, large] = [found.slice(0, each), found.slice(each)];
  const predictions = (list) => list.slice(0, -1);
  const far = (list) => mean(predictions(list).slice(-WAYS.far.length));
  const ways = {};
  let at = 0;
  for (const [way, scores] of Object.entries(WAYS)) {
    ways[way] = mean(predictions(small).slice(at, at + scores.length));
    at += scores.length;
  }
  const grown = (few, many) => over(few, many, (a, b) => (b - a) / (FEATURES[1] - FEATURES[0]));
  return {
    predict: ways,
    update: small.at(-1),
    multiplyAdd: grown(far(small), far(large)),
    weight: grown(small.at(-1), large.at(-1)),
  };
}

const over = (a, b, f) => Object.fromEntries(Object.keys(a).map((key) => [key, f(a[key], b[key])]));
const mean = (list) =>
  over(
    list.reduce((a, b) => over(a, b, (x, y) => x + y)),
    list[0],
    (sum) => sum / list.length,
  );

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of Object.keys(TARGETS)) {
    const { predict, update, multiplyAdd, weight } = countOn(name);
    const line = (what, { instructions, plain, cycles }) =>
      console.log(
        `${name} ${what}: ${instructions.toFixed(1)} instructions, ${plain.toFixed(1)} cycles, ` +
          `${cycles.toFixed(1)} with flash (${(cycles / instructions).toFixed(3)} an instruction)`,
      );
    for (const [way, cost] of Object.entries(predict)) line(`prediction, ${way}`, cost);
    line('update', update);
    line('multiply-add', multiplyAdd);
    line('weight', weight);
  }
}
