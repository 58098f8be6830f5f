import { execFileSync } from 'node:child_process';

/** A vitest global setup: worker threads and child processes run the compiled program, so it is built once before all tests. */
export default function buildFirst() {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  execFileSync(process.execPath, ['scripts/finish-build.js'], { stdio: 'inherit' });
}
