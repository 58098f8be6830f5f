// Builds the images that are named, and no more: what g2t validate does for an emulated board whose image is not there.
import { buildBoard, gccVersion, HOW_TO_GET_GCC } from './images.js';

try {
  if (gccVersion() === undefined) throw new Error(HOW_TO_GET_GCC);
  for (const name of process.argv.slice(2)) buildBoard(name);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
