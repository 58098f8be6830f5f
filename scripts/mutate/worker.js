// Runs commands in a process of its own: one that hangs can be ended, one that ends it is noticed.
import { main } from '../../dist/cli/app.js';
import { PastRuns } from '../../dist/live/past-runs.js';

async function run(argv) {
  let stderr = '';
  const io = {
    stdout: { write: () => true },
    stderr: { write: (text) => (stderr += text) },
    env: {},
    interrupt: new AbortController().signal,
  };
  const code = argv[0] === 'past-runs' ? await pastRuns(argv[1]) : await main(argv, io);
  return { code, stderr };
}

/** What the live page asks for: a run that cannot be read is none, and keeps no other away. */
async function pastRuns(folder) {
  const past = new PastRuns(folder);
  for (const { id } of past.list()) await past.series(id);
  return 0;
}

process.on('message', async (argv) => {
  try {
    process.send(await run(argv));
  } catch (error) {
    process.send({ code: -1, stderr: `thrown: ${error instanceof Error ? error.stack : error}` });
  }
});
