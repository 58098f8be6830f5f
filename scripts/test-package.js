// Packs the package as npm publishes it, installs the archive into empty folders, and uses it there: command line, library, types, live page,
// firmware. `node scripts/test-package.js [MAJOR...]`: on these major versions of Node (fetched from npm into .cache/), or else on the current one.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { nodeOf, ROOT } from './node-versions.js';

const PACKAGE = 'node_modules/globe2train';
const QUICKSTART = `${PACKAGE}/scenarios/quickstart.yaml`;
const MOST_OUTPUT = 1 << 26;
/** What `npm prepare` needs. Installing the package must not run it, since users do not have these. */
const BUILD_TOOLS = ['@yowasp/clang', 'esbuild', 'typescript'];

let passed = 0;
let failed = 0;

function expect(good, what) {
  if (!good) throw new Error(what);
}

/** Runs one step. A failure is printed and counted, and the next steps run all the same. */
async function step(name, work) {
  try {
    await work();
    passed++;
  } catch (error) {
    failed++;
    console.log(`${name} failed: ${error.message}`);
  }
}

function skipped(name, why) {
  console.log(`${name}: skipped, ${why}`);
  if (process.env.G2T_ALL_TESTS === '1') failed++;
}

const has = (tool) => spawnSync(tool, ['--version']).status === 0;

/** A folder with the installed package; commands run there, on the given Node. */
class Installed {
  constructor(folder, node) {
    this.folder = folder;
    const { G2T_DATA: _, ...env } = process.env;
    this.env = { ...env, PATH: `${dirname(node)}${delimiter}${env.PATH}` };
  }

  path(name) {
    return join(this.folder, name);
  }

  spawn(command, args) {
    return spawnSync(command, args, { cwd: this.folder, env: this.env, encoding: 'utf8', maxBuffer: MOST_OUTPUT });
  }

  /** Runs a program and returns its standard output. @throws Error when it ends with another exit code. */
  run(command, args, code = 0) {
    const { status, stdout, stderr, error } = this.spawn(command, args);
    expect(status === code, `${command} ${args.join(' ')}: exit code ${status ?? error}:\n${stderr}${stdout}`);
    return stdout;
  }

  g2t(...args) {
    return this.run('node_modules/.bin/g2t', args);
  }
}

function pack(folder) {
  const { status, stderr } = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(status === 0, `npm pack: exit code ${status}:\n${stderr}`);
  const archives = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  expect(archives.length === 1, `expected npm pack to make one archive, got ${archives.join(', ') || 'none'}`);
  return join(folder, archives[0]);
}

/** Returns the relative links in the package's documents that lead to no file of the package. */
function brokenLinks(folder) {
  const documents = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.md'));
  return documents
    .filter((name) => !name.includes('node_modules'))
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const targets = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => target);
      const local = targets.filter((target) => !/^[a-z]+:/.test(target));
      return local
        .filter((target) => !existsSync(join(folder, dirname(name), target)))
        .map((target) => `${name}: ${target}`);
    });
}

async function installs(at, archive) {
  writeFileSync(at.path('package.json'), '{ "private": true, "type": "module" }\n');
  at.run('npm', ['install', '--no-audit', '--no-fund', archive]);
  const built = readdirSync(at.path(`${PACKAGE}/wasm`));
  expect(built.includes('g2t.wasm'), `expected wasm/g2t.wasm in the package, got ${built.join(', ')}`);
  for (const tool of BUILD_TOOLS)
    expect(!existsSync(at.path(`node_modules/${tool}`)), `${tool} was installed, which only the repository needs`);
  const broken = brokenLinks(at.path(PACKAGE));
  expect(broken.length === 0, `documents name files that are not in the package:\n${broken.join('\n')}`);
}

async function commandLine(at, results) {
  await step('run', () => {
    results.summary = JSON.parse(at.run('npx', ['--no', 'g2t', 'run', QUICKSTART, '--json', '--quiet']));
    const { tasks_done, result } = results.summary;
    expect(tasks_done === 190, `expected 190 tasks, got ${tasks_done}`);
    for (const file of ['manifest.json', 'summary.json', 'devices.arrow', 'model.arrow', 'report.html'])
      expect(existsSync(at.path(join(result, file))), `expected ${file} in the result`);
  });
  await step('verify', () => at.g2t('verify', results.summary.result));
  await step('bundle', () => {
    at.g2t('bundle', results.summary.result, '--out', 'quickstart.tar.gz', '--quiet');
    at.g2t('verify', 'quickstart.tar.gz', '--quiet');
  });
  await step('check all scenarios', () => {
    const folder = `${PACKAGE}/scenarios`;
    const scenarios = readdirSync(at.path(folder)).filter((name) => name.endsWith('.yaml'));
    expect(scenarios.length > 10, `expected scenarios, got ${scenarios.length}`);
    for (const name of scenarios) at.g2t('check', `${folder}/${name}`);
  });
  await step('sweep', () => {
    const sweep = `${PACKAGE}/scenarios/sweeps/latency-and-loss.yaml`;
    const options = ['--set', 'sweep.repeat.seeds=1', '--workers', '2', '--out', 'sweep', '--json', '--quiet'];
    at.g2t('sweep', sweep, ...options);
    for (const file of ['runs.parquet', 'statistics.arrow', 'report.html'])
      expect(existsSync(at.path(`sweep/${file}`)), `expected ${file} of the sweep`);
  });
  await step('figures', () => {
    at.g2t('figures', 'fig-3', '--reduced', '--generated', '--quiet', '--out', 'figures');
    const made = readdirSync(at.path('figures'), { recursive: true });
    for (const ending of ['.svg', '.png', '.pdf'])
      expect(
        made.some((name) => name.endsWith(ending)),
        `expected a figure as ${ending}, got ${made.join(', ')}`,
      );
  });
}

/** Serves the live page, fetches its files, and interrupts it as Ctrl-C does. */
async function livePage(at) {
  const child = spawn('node_modules/.bin/g2t', ['live', QUICKSTART], { cwd: at.folder, env: at.env });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(String(text).trim()));
    ended.then((code) => reject(new Error(`g2t live ended with exit code ${code}: ${said}`)));
  });
  try {
    for (const [path, part] of [
      ['/', '<title>'],
      ['/page.js', 'EventSource'],
      ['/page.css', '{'],
    ]) {
      const answer = await fetch(new URL(path, url));
      const text = await answer.text();
      expect(answer.status === 200 && text.includes(part), `${path}: status ${answer.status}, without ${part}`);
    }
  } finally {
    child.kill('SIGINT');
  }
  const code = await ended;
  expect(code === 130, `expected g2t live to end with exit code 130 when interrupted, got ${code}: ${said}`);
}

async function library(at, { summary }) {
  await step('library', () => {
    const program = `import { run } from 'globe2train';
      console.log((await run({ scenario: '${QUICKSTART}' })).digest);`;
    writeFileSync(at.path('library.mjs'), program);
    const digest = at.run('node', ['library.mjs']).trim();
    expect(digest === summary.digest, `expected the digest of g2t run, ${summary.digest}, got ${digest}`);
  });
  await step('library, as in the notebooks', () =>
    at.run('npm', ['explore', 'globe2train', '--', 'node', 'notebooks/library.js']),
  );
  await step('types', () => {
    const program = `import { type Row, type RunResult, rows, run, type SweepResult, sweep } from 'globe2train';
      const { summary, tables }: RunResult = await run({ scenario: 'a.yaml', set: { 'method.redundancy': 1 }, seed: 2 });
      const { runs }: SweepResult = await sweep({ sweep: 'b.yaml', workers: 2 });
      const first: Row | undefined = rows(tables.devices)[0];
      console.log(first, rows(runs).length, summary.makespan_s);
      // @ts-expect-error a seed is a number
      await run({ scenario: 'a.yaml', seed: 'two' });\n`;
    writeFileSync(at.path('types.ts'), program);
    const compilerOptions = {
      ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true },
      // The declarations are checked too.
      ...{ skipLibCheck: false, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] },
    };
    writeFileSync(at.path('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
    at.run('node', [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', at.folder]);
  });
}

async function firmware(at) {
  const record = () => {
    if (!existsSync(at.path('recorded')))
      at.g2t('run', QUICKSTART, '--set', 'record=frames', '--out', 'recorded', '--quiet');
    return join('recorded', readdirSync(at.path('recorded'))[0]);
  };
  if (has('gcc')) {
    await step('native firmware', () => {
      at.g2t('validate', record(), '--target', 'native', '--quiet');
      at.g2t('calibrate', '--target', 'native', '--quiet', '--out', 'board.yaml');
      at.g2t('board', 'predict', 'board.yaml', '--features', '22', '--classes', '15', '--rows', '405');
    });
  } else skipped('native firmware', 'there is no gcc');
  if (has('arm-none-eabi-gcc')) {
    await step('images of the boards', () => {
      at.run('npm', ['explore', 'globe2train', '--', 'npm', 'run', 'firmware:boards']);
      const images = readdirSync(at.path(`${PACKAGE}/firmware/build/boards`));
      for (const image of ['nrf52840.hex', 'samd21g18-metro.uf2', 'mps2-an386.elf'])
        expect(images.includes(image), `expected ${image}, got ${images.join(', ')}`);
      if (has('qemu-system-arm')) at.g2t('validate', record(), '--target', 'qemu:mps2-an386', '--quiet');
    });
  } else skipped('images of the boards', 'there is no arm-none-eabi-gcc');
  await step('WASM firmware', () => wasmFirmware(at));
}

/** Builds the module: without the compiler one line says how to install it; with it the module is the same bytes as the package's. */
function wasmFirmware(at) {
  const file = at.path(`${PACKAGE}/wasm/g2t.wasm`);
  const hash = () => createHash('sha256').update(readFileSync(file)).digest('hex');
  const built = hash();
  const build = ['explore', 'globe2train', '--', 'npm', 'run', '--silent', 'build:wasm'];
  at.run('npm', build);
  rmSync(file);
  const { status, stderr } = at.spawn('node', [`${PACKAGE}/wasm/build.js`]);
  const [, version] = /^the firmware's compiler is not installed: npm install --save-dev @yowasp\/clang@(\S+)\n$/.exec(
    stderr,
  ) ?? [undefined, undefined];
  expect(status === 1 && version !== undefined, `expected how to get the compiler, got exit code ${status}: ${stderr}`);
  at.run('npm', ['install', '--no-audit', '--no-fund', '--save-dev', `@yowasp/clang@${version}`]);
  at.run('npm', build);
  expect(hash() === built, `expected the module of the package, ${built}, got ${hash()}`);
}

async function onNode(major, archive, folder) {
  const node = nodeOf(major);
  const from = performance.now();
  const before = { passed, failed };
  mkdirSync(folder);
  const at = new Installed(folder, node);
  const version = at.run('node', ['--version']).trim();
  const results = {};
  await step(`Node ${version}: install`, () => installs(at, archive));
  await commandLine(at, results);
  await step('live page', () => livePage(at));
  await library(at, results);
  await firmware(at);
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(
    `Node ${version}: ${passed - before.passed} passed, ${failed - before.failed} failed, ${seconds} s, digest ${results.summary?.digest}`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'g2t-package-'));
const majors = process.argv.length > 2 ? process.argv.slice(2) : [process.versions.node.split('.')[0]];
try {
  const archive = pack(folder);
  for (const major of majors) await onNode(major, archive, join(folder, major));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
