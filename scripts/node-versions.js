// The versions of Node that the program supports. Those that this machine does not run come from npm, into .cache/, once.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
export const MAJORS = ['20', '22', '24', '26'];

/** The npm package that holds Node's program for this machine. */
function nodePackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}`;
}

/** Returns the path of Node's program of this major version, fetched when it is not there. */
export function nodeOf(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const folder = join(ROOT, '.cache', `node${major}`);
  const program = join(
    folder,
    'node_modules',
    nodePackage(),
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    // A manifest of its own, or npm would install into the project above.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    console.log(`fetching Node ${major} (${nodePackage()}) into .cache/`);
    const [npm, shell] = process.platform === 'win32' ? ['npm.cmd', true] : ['npm', false];
    const args = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', `${nodePackage()}@${major}`];
    execFileSync(npm, args, { cwd: folder, shell, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return program;
}
