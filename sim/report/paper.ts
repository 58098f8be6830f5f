import { numbersOf, type Table, wordsOf } from '../metrics/table.ts';

/** One round of the paper's experiment on one board. */
export interface PaperRound {
  readonly board: string;
  readonly name: string;
  readonly round: number;
  readonly classes: number;
  readonly milliseconds: number;
  /** Accuracy in percent. */
  readonly accuracy: number;
}

/**
 * The nine figures of the paper's Fig. 3, as reconstructed from the authors' published Opt-OVO measurements
 * (`Optimized-One-vs-One-Algorithm/Train_time_and_accuracy_results.xlsx`), whose sums match every total that the paper's
 * text quotes; the figure itself is not part of the text.
 */
export const PAPER_ROUNDS: readonly PaperRound[] = [
  ['nrf52840', 'MCU1, nRF52840', [15, 230, 82], [20, 480, 87], [25, 798, 85]],
  ['stm32f103c8', 'MCU2, STM32F103C8', [3, 75, 75], [5, 280, 71], [10, 1290, 76]],
  ['samd21g18', 'MCU3, ATSAMD21G18', [5, 712, 73], [10, 3150, 79], [15, 7659, 83]],
].flatMap(([board, name, ...rounds]) =>
  (rounds as number[][]).map(([classes, milliseconds, accuracy], i) => ({
    board: board as string,
    name: name as string,
    round: i + 1,
    classes: classes!,
    milliseconds: milliseconds!,
    accuracy: accuracy!,
  })),
);

export interface RoundBeside extends PaperRound {
  /** Of the run; NaN when it has no such round. */
  readonly ourMilliseconds: number;
  /** In percent; NaN when the run has none. */
  readonly ourAccuracy: number;
}

/**
 * The run's rounds beside the paper's. A round of m classes makes m(m - 1)/2 classifiers, which a device may upload in
 * several parts: its uploads are counted through in order and belong to the round in which they begin. Times are summed
 * over a round's uploads and averaged over the devices of a board (the replay has one of each).
 */
export function besidePaper(rounds: Table, devices: Table): RoundBeside[] {
  const boards = wordsOf(devices, 'board');
  return PAPER_ROUNDS.map((paper) => {
    let count = 0;
    let seconds = 0;
    let accuracy = 0;
    for (let device = 0; device < boards.length; device++) {
      if (boards[device] !== paper.board) continue;
      const own = roundOf(rounds, device, paper);
      if (own === null) continue;
      count++;
      seconds += own.seconds;
      accuracy += own.accuracy;
    }
    return { ...paper, ourMilliseconds: (seconds / count) * 1e3, ourAccuracy: (accuracy / count) * 100 };
  });
}

/** Classifiers of one board in the rounds before this one, and after it. */
function bounds(paper: PaperRound): readonly [number, number] {
  let before = 0;
  for (const { board, round, classes } of PAPER_ROUNDS) {
    if (board === paper.board && round < paper.round) before += (classes * (classes - 1)) / 2;
  }
  return [before, before + (paper.classes * (paper.classes - 1)) / 2];
}

function roundOf(
  rounds: Table,
  wanted: number,
  paper: PaperRound,
): { readonly seconds: number; readonly accuracy: number } | null {
  const device = numbersOf(rounds, 'device');
  const classifiers = numbersOf(rounds, 'classifiers');
  const compute = numbersOf(rounds, 'compute_s');
  const accuracy = numbersOf(rounds, 'accuracy');
  const [from, to] = bounds(paper);
  let seen = 0;
  let counted = 0;
  let seconds = 0;
  let correct = 0;
  for (let row = 0; row < rounds.rows; row++) {
    if (device[row] !== wanted) continue;
    if (seen >= from && seen < to) {
      counted += classifiers[row]!;
      seconds += compute[row]!;
      correct += accuracy[row]! * classifiers[row]!;
    }
    seen += classifiers[row]!;
  }
  return counted === 0 ? null : { seconds, accuracy: correct / counted };
}

/** What the paper's text says, in short, and what holds by its own figures. */
export const PAPER_FAULTS: readonly (readonly [string, string])[] = [
  [
    'A total training time of about 15 s',
    'It is the sum over the three devices (14.67 s from the figures, 14.5 s from the rounded ones), not a makespan. In parallel the devices are done after 11.52 s, with or without a barrier after each round, since MCU3 is the slowest in each.',
  ],
  [
    'About 3 s slower than the CPU',
    'This compares that sum with the laptop, and implies about 12 s on the i7-8650U. The parallel makespan of 11.52 s is about the laptop’s time.',
  ],
  [
    'All 4465 weights were sent',
    'The workload contradicts it. The groups train 595 + 58 + 160 = 813 pairs, 765 of them distinct; the other 3700 of the 4465 pairs of 95 classes lie across groups and were never trained.',
  ],
  [
    'Accuracies of 71 to 87 %',
    'They are those of single groups of 3 to 25 classes. No accuracy over 95 classes was measured, nor could it be with 765 of 4465 base classifiers.',
  ],
  [
    '60, 30 and 18 classes on the three boards',
    'That makes 108, not 95. The 13 too many are the redundant training with data of 13 classes: the 3-class and the 10-class round of MCU2. Which 13 is not said; the replay copies MCU3’s first and second groups.',
  ],
  ['The remaining 18 classes are assigned to MCU3', 'A misprint for MCU2; MCU3 has its 30 already.'],
  ['MCU3’s 7.6 s run in parallel with MCU1’s 0.23 s', 'This sets MCU3’s third round beside MCU1’s first.'],
  ['Tasks b0 to b4465', 'That is one too many: 95 classes make 4465 tasks, b0 to b4464.'],
  [
    '170 times less energy',
    'It cannot be derived: constant powers of 0.175 W a board (implied by the authors’ sibling papers) and 18.5 W for the laptop give 2.54 J against 222 J, 87 times.',
  ],
  [
    'No parameter server is required',
    'The next section transmits the weights to the parameter server. Communication-to-computation and computation-to-communication are used for the same ratio.',
  ],
  [
    'Allocation by hardware specification',
    'No rule is given, and the assignment follows RAM, not speed: the board with 20 kB gets 18 classes, the one with 32 kB gets 30, although it is 2.5 times slower a training step.',
  ],
];
