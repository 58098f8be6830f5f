// ns of an Opt-SGD step (22 features) in WASM, beside the same C compiled natively. `node firmware/bench/bench.js` prints both.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, FIRMWARE, sources } from '../../wasm/compile.js';

const RUNS = 2000;
const PASSES = 200;

/** @returns ns a step: the best of many short runs, and the share of rows with an error. */
export async function measureWasm() {
  const bytes = await compile(sources(['include', 'src', 'bench']));
  const still = { clock_time_get: () => 0, random_get: () => 0, proc_exit: () => {} };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { wasi_snapshot_preview1: still });
  exports._initialize();
  exports.bench_begin();
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const from = performance.now();
    const steps = exports.bench_run(PASSES);
    best = Math.min(best, ((performance.now() - from) * 1e6) / steps);
  }
  return { nsPerStep: best, updates: exports.bench_share() };
}

/** The same natively by gcc -O3; undefined where there is no gcc. */
export function measureNative() {
  const folder = mkdtempSync(join(tmpdir(), 'g2t-bench-'));
  const program = join(folder, 'bench');
  const flags = ['-std=gnu99', '-O3', '-ffp-contract=off', '-Iinclude'];
  const units = ['bench/bench.c', ...Object.keys(sources(['src'])).filter((path) => path.endsWith('.c'))];
  try {
    const built = spawnSync('gcc', [...flags, ...units, '-o', program], { cwd: FIRMWARE, encoding: 'utf8' });
    if (built.error !== undefined) return undefined;
    if (built.status !== 0) throw new Error(`the benchmark does not compile:\n${built.stderr}`);
    const [ns, updates] = spawnSync(program, { encoding: 'utf8' }).stdout.split(' ').map(Number);
    return { nsPerStep: ns, updates };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wasm = await measureWasm();
  const native = measureNative();
  const line = (name, { nsPerStep, updates }) =>
    console.log(`${name}: ${nsPerStep.toFixed(2)} ns a step, ${(updates * 100).toFixed(0)} % of rows updated`);
  line('WASM', wasm);
  if (native === undefined) console.log('native: skipped, there is no gcc');
  else {
    line('native', native);
    console.log(`ratio: ${(wasm.nsPerStep / native.nsPerStep).toFixed(2)}`);
  }
}
