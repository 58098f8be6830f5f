// A vitest reporter: names every test that was skipped. With G2T_ALL_TESTS=1 a skipped test is a failure.
export default class SaySkipped {
  onTestRunEnd(modules) {
    const skipped = [];
    for (const module of modules)
      for (const test of module.children.allTests('skipped'))
        skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
    if (skipped.length === 0) return;
    const text = skipped.map((name) => `  ${name}\n`).join('');
    process.stdout.write(`\n${skipped.length} skipped:\n${text}`);
    if (process.env.G2T_DATA === undefined)
      process.stdout.write('What needs a data file runs with G2T_DATA=FOLDER npm test (see sim/data/README.md).\n');
    if (skipped.some((name) => name.includes('(needs ')))
      process.stdout.write(
        'What needs gcc, an emulated board or Python runs after apt-get install gcc gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm python3-pandas python3-flatbuffers (Debian, Ubuntu).\n',
      );
    if (skipped.some((name) => name.includes('in a browser')))
      process.stdout.write(
        'What needs a browser runs after apt-get install chromium, with MNIST in the data folder.\n',
      );
    if (process.env.G2T_ALL_TESTS !== '1') return;
    process.stdout.write('G2T_ALL_TESTS=1 allows none of them.\n');
    process.exitCode = 1;
  }
}
