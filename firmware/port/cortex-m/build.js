// npm run firmware:boards: builds every image and prints what it takes.
import { BOARDS } from './boards.js';
import { buildBoard, gccVersion, HOW_TO_GET_GCC, run } from './images.js';

if (gccVersion() === undefined) {
  console.error(HOW_TO_GET_GCC);
  process.exitCode = 1;
} else {
  console.log(run('arm-none-eabi-size', Object.keys(BOARDS).map(buildBoard)));
}
