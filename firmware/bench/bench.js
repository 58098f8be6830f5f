// ns of an Opt-SGD step (22 features) and of a row-feature of an SVM's gradient in WASM, beside the same C compiled natively. `node firmware/bench/bench.js` prints both.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, FIRMWARE, sources } from '../../wasm/compile.js';

const RUNS = 2000;
const PASSES = 200;

/** @returns ns a step and a row-feature: the best of many short runs, and the share of rows with an error. */
export async function measureWasm() {
  const bytes = await compile(sources(['include', 'src', 'bench']));
  const still = { clock_time_get: () => 0, random_get: () => 0, proc_exit: () => {} };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { wasi_snapshot_preview1: still });
  exports._initialize();
  exports.bench_begin();
  const nsPerStep = bestOf(() => exports.bench_run(PASSES));
  const updates = exports.bench_share();
  exports.bench_begin_gradient();
  return { nsPerStep, updates, nsPerFeature: bestOf(() => exports.bench_gradient(1)) };
}

/** @param run does some work and says how much. @returns the least ns for a unit of it. */
function bestOf(run) {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < RUNS; k++) {
    const from = performance.now();
    const done = run();
    best = Math.min(best, ((performance.now() - from) * 1e6) / done);
  }
  return best;
}

/** The same natively by gcc -O3; undefined where there is no gcc. */
export function measureNative() {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-bench-'));
  const program = join(folder, 'bench');
  const flags = ['-std=gnu99', '-O3', '-ffp-contract=off', '-Iinclude', '-Isrc'];
  const units = ['bench/bench.c', ...Object.keys(sources(['src'])).filter((path) => path.endsWith('.c'))];
  try {
    const built = spawnSync('gcc', [...flags, ...units, '-o', program], { cwd: FIRMWARE, encoding: 'utf8' });
    if (built.error !== undefined) return undefined;
    if (built.status !== 0) throw new Error(`the benchmark does not compile:\n${built.stderr}`);
    const [nsPerStep, updates, nsPerFeature] = spawnSync(program, { encoding: 'utf8' }).stdout.split(' ').map(Number);
    return { nsPerStep, updates, nsPerFeature };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wasm = await measureWasm();
  const native = measureNative();
  const line = (name, { nsPerStep, updates, nsPerFeature }) =>
    console.log(
      `${name}: ${nsPerStep.toFixed(2)} ns a step, ${(updates * 100).toFixed(0)} % of rows updated; ` +
        `${nsPerFeature.toFixed(3)} ns a row-feature of a gradient`,
    );
  line('WASM', wasm);
  if (native === undefined) console.log('native: skipped, there is no gcc');
  else {
    line('native', native);
    console.log(`ratio: ${(wasm.nsPerStep / native.nsPerStep).toFixed(2)}`);
  }
}
