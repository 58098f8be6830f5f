import { NUMBERS } from './numbers.ts';
import type { FieldSpec, MessageSpec } from './spec.ts';

/**
 * The messages between server and device: the one place that says how each is laid out. `npm run messages` generates from it
 * `frame.ts`, `messages.ts`, `exchange-messages.ts`, `firmware/include/g2t_messages.h` and the table in `firmware/README.md`; the live page takes its words from here.
 * All numbers are little-endian. Fields follow one another without padding.
 */

/** The header of every frame. The CRC-32 of IEEE 802.3 runs over the bytes before it and the payload. */
export const HEADER_FIELDS = [
  { name: 'magic', type: 'u16', about: 'G2T_MAGIC' },
  { name: 'version', type: 'u8', about: 'of this format' },
  { name: 'type', type: 'u8', about: 'number of the message' },
  { name: 'device', type: 'u32', about: 'the device that the frame comes from or goes to' },
  { name: 'round', type: 'u32', about: 'what it means depends on the message' },
  { name: 'length', type: 'u32', about: 'of the payload', unit: 'B' },
  { name: 'crc', type: 'u32', about: 'CRC-32 of all before it and of the payload' },
] as const satisfies readonly FieldSpec[];

export const MAGIC = 0x3247;
export const VERSION = 1;

export const MESSAGES: readonly MessageSpec[] = [
  {
    ...{ name: 'hello', number: 1, way: 'up', round: 'zero', about: 'Sent once after power-on.' },
    fields: [
      { name: 'ramBytes', type: 'u32', unit: 'B', label: 'RAM', about: 'RAM for everything' },
      { name: 'flashBytes', type: 'u32', unit: 'B', label: 'flash', about: 'flash for rows that the device holds' },
      { name: 'megahertz', type: 'u16', unit: 'MHz', label: 'clock', about: 'clock of the core' },
      {
        ...{ name: 'flags', type: 'u16', about: 'facts of the device' },
        bits: [
          { name: 'fpu', from: 0, as: 'flag', label: 'FPU', about: 'has a floating-point unit' },
          {
            name: 'receiveBytes',
            from: 8,
            as: 'log2',
            label: 'receive buffer',
            about: 'receive buffer: the longest frame that it takes, B',
          },
        ],
      },
      {
        name: 'benchMicroseconds',
        type: 'f32',
        unit: 'us',
        label: 'a training step',
        about: 'a training step, as measured',
      },
    ],
  },
  {
    ...{ name: 'config', number: 2, way: 'down', round: 'any' },
    about: 'Sent after HELLO, and again whenever a setting changes (learner and codec not during a task).',
    fields: [
      { name: 'learner', type: 'u8', numbers: 'learner', about: 'number of the learner' },
      { name: 'variant', type: 'u8', detail: true, about: 'variant of the learner' },
      { name: 'codec', type: 'u8', numbers: 'codec', about: 'how classifiers are encoded' },
      { name: 'reserved', type: 'u8', reserved: true, about: 'always 0' },
      { name: 'first', type: 'f32', detail: true, about: 'first parameter of the learner (g2t_learner.h)' },
      { name: 'second', type: 'f32', detail: true, about: 'second parameter of the learner' },
      { name: 'thresholdBase', type: 'u16', label: 'W0', about: 'W_0, classifiers, 1 to 65,535' },
      { name: 'thresholdLimit', type: 'u16', label: 'W_max', about: 'W_max, classifiers, 1 to 65,535' },
      { name: 'qualityFloor', type: 'f32', label: 'q_min', about: 'q_min, above 0, at most 1' },
      {
        ...{ name: 'referenceMicroseconds', type: 'u32', unit: 'us', detail: true },
        about: 't_ref: transfer time of S_ref bytes on the reference network, at least 1',
      },
      { name: 'referenceBytes', type: 'u32', unit: 'B', detail: true, about: 'S_ref' },
      { name: 'holdMilliseconds', type: 'u32', unit: 'ms', detail: true, about: 'T_hold; 0 never' },
      {
        ...{ name: 'ackMilliseconds', type: 'u32', unit: 'ms', detail: true },
        about: 'uploads without an ACK for this long are sent again; 0 never',
      },
    ],
  },
  {
    ...{ name: 'task', number: 3, way: 'down', round: 'any', about: 'A pairwise task: class i against class j.' },
    fields: [
      { name: 'id', type: 'u32', label: 'task', about: 'number of the task' },
      { name: 'positive', type: 'u16', label: 'class', about: 'class i, label 1' },
      { name: 'negative', type: 'u16', label: 'against', about: 'class j, label 0' },
      { name: 'features', type: 'u16', about: 'numbers a row' },
      { name: 'rows', type: 'u32', about: 'rows a pass; held: at most so many, 0 for all' },
      { name: 'passes', type: 'u8', about: 'passes over the rows, 1 to 255' },
      { name: 'mode', type: 'u8', detail: true, about: 'where rows come from, flags, variant' },
      {
        ...{ name: 'seed', type: 'u32', detail: true, when: { field: 'mode', mask: NUMBERS.mode.values.seeded } },
        about: 'from which the device draws the row order of each pass (cache: from the second)',
      },
    ],
  },
  {
    ...{
      name: 'data',
      number: 4,
      way: 'down',
      round: 'task id',
      roundLabel: 'task',
      about: 'Rows of a task.',
      fields: [],
    },
    tail: {
      name: 'rows',
      of: 'bytes',
      about: 'rows of 4 n + 1 B: features f32, label u8 (1 class i, 0 class j); any whole number',
    },
  },
  {
    ...{ name: 'order', number: 5, way: 'down', round: 'task id', roundLabel: 'task', fields: [] },
    about: 'The order of passes over cached rows.',
    tail: { name: 'row numbers', of: 'u16', about: 'row numbers, any number of them' },
  },
  {
    ...{ name: 'weights', number: 6, way: 'up', round: 'upload number', roundLabel: 'upload', fields: [] },
    about: 'Finished classifiers. The number of the upload is repeated in its ACK.',
    tail: { name: 'classifiers', of: 'bytes', about: 'encoded classifiers, one behind the other' },
  },
  {
    ...{ name: 'ack', number: 7, way: 'down', round: 'any', about: 'An upload has arrived.' },
    fields: [{ name: 'upload', type: 'u32', about: 'number of the upload' }],
  },
  { name: 'ping', number: 8, way: 'down', round: 'any', about: 'Asks for a PONG.', fields: [] },
  { name: 'pong', number: 9, way: 'up', round: 'that of its PING', about: 'Answers a PING.', fields: [] },
  {
    ...{
      name: 'refuse',
      number: 10,
      way: 'up',
      round: 'zero',
      about: 'The device does not take a task or an exchange.',
    },
    fields: [
      { name: 'task', type: 'u32', about: 'number of the task; of an exchange the round of its SETUP' },
      { name: 'reason', type: 'u32', label: 'refused for', numbers: 'refusal', about: 'why' },
      {
        name: 'needsBytes',
        type: 'u32',
        unit: 'B',
        label: 'needs',
        about: 'RAM that it would have taken; 0 where RAM is not the reason',
      },
      { name: 'ramBytes', type: 'u32', unit: 'B', label: 'has', about: 'RAM that there is' },
    ],
  },
  {
    ...{ name: 'link', number: 11, way: 'port', round: 'upload number, if it was one' },
    about: 'The report of the port on a transfer. Never on the wire.',
    fields: [
      {
        name: 'rttMicroseconds',
        type: 'u32',
        unit: 'us',
        label: 'round trip',
        about: 'round trip; 0 where none was measured',
      },
      { name: 'transferMicroseconds', type: 'u32', unit: 'us', label: 'transfer', about: 'time of the transfer' },
      { name: 'bytes', type: 'u32', unit: 'B', label: 'size', about: 'bytes of the transfer' },
      { name: 'failed', type: 'u16', label: 'failed attempts', about: 'attempts that failed' },
      {
        ...{ name: 'flags', type: 'u16', about: 'what came of it' },
        bits: [
          { name: 'delivered', from: 0, as: 'flag', about: 'it succeeded in the end (else the port gave up)' },
          { name: 'isUpload', from: 1, as: 'flag', about: 'it was an upload of the device, by the number in `round`' },
        ],
      },
    ],
  },
  { name: 'flush', number: 12, way: 'down', round: 'any', about: 'Asks for whatever is finished.', fields: [] },
  {
    ...{ family: 'exchange', name: 'setup', number: 13, way: 'down', round: 'any' },
    about: 'What is trained by exchange of gradients or parameters, and how.',
    fields: [
      { name: 'model', type: 'u8', numbers: 'model', about: 'number of the model' },
      { name: 'kind', type: 'u8', numbers: 'kind', about: 'what UPDATE brings' },
      { name: 'flags', type: 'u8', detail: true, about: 'reuse, versioned' },
      { name: 'reserved', type: 'u8', reserved: true, about: 'always 0' },
      { name: 'classes', type: 'u16', about: '2 for binary models; softmax: 2 to 65,535' },
      { name: 'features', type: 'u16', about: 'numbers a row' },
      { name: 'batch', type: 'u32', about: 'rows of a mini-batch; 0, or as many as the device holds or more: all' },
      { name: 'eta', type: 'f32', about: 'step, finite, above 0' },
      { name: 'lambda', type: 'f32', about: 'weight of the squared norm (biases left out), finite, at least 0' },
      { name: 'significance', type: 'f32', detail: true, about: 'v_0 of Gaia, finite, at least 0' },
      { name: 'seed', type: 'u32', detail: true, about: 'of the order of mini-batches' },
    ],
  },
  {
    ...{ family: 'exchange', name: 'params', number: 14, way: 'down', round: 'model number', roundLabel: 'round' },
    about: 'The model for the next steps of the device, in chunks.',
    fields: [
      {
        name: 'offset',
        type: 'u32',
        unit: 'B',
        detail: true,
        about: 'of the model before this chunk, whole floats; 0 starts afresh',
      },
    ],
    formsWhen: 'offset is 0',
    forms: [
      {
        ...{ name: 'versioned', about: 'gradient, with the flag versioned' },
        fields: [{ name: 'version', type: 'u32', about: 'repeated in UPDATE' }],
      },
      {
        ...{ name: 'steps', about: 'weights, gaia' },
        fields: [
          { name: 'tau', type: 'u16', about: 'local steps, weights: 1 to 65,535; gaia: 0 to 65,535 before an UPDATE' },
        ],
      },
      {
        ...{ name: 'adaptive', about: 'adaptive' },
        fields: [
          { name: 'tau', type: 'u16', about: 'local steps, 1 to 65,535' },
          {
            ...{ name: 'flags', type: 'u8', about: 'last, previousIsMin' },
            bits: [
              { name: 'last', from: 0, as: 'flag', label: 'the last', about: 'no round follows' },
              {
                ...{ name: 'previousIsMin', from: 1, as: 'flag', label: 'least loss so far' },
                about: 'the global weights of the round before had the least loss so far',
              },
            ],
          },
        ],
      },
    ],
    tail: { name: 'parameters', of: 'f32', about: 'parameters' },
  },
  {
    ...{ family: 'exchange', name: 'update', number: 15, way: 'up', round: 'that of its PARAMS', roundLabel: 'round' },
    about: 'What the steps of the device gave.',
    fields: [],
    forms: [
      {
        ...{ name: 'plain', about: 'gradient, weights' },
        fields: [{ name: 'rows', type: 'u32', about: 'D_i: rows that the device holds' }],
      },
      {
        ...{ name: 'versioned', about: 'gradient, with the flag versioned' },
        fields: [{ name: 'version', type: 'u32', about: 'that of PARAMS' }],
      },
      {
        ...{
          name: 'adaptive',
          about: 'adaptive; the gradient at the global weights follows the weights where `control` is 1',
        },
        fields: [
          { name: 'rows', type: 'u32', about: 'D_i: rows that the device holds' },
          {
            name: 'microseconds',
            type: 'u32',
            unit: 'us',
            label: 'time',
            about: 'from the last byte of PARAMS to now, as measured',
          },
          { name: 'tau', type: 'u16', label: 'steps', about: 'steps made' },
          { name: 'lossGlobal', type: 'f32', label: 'loss', about: 'F_i at the global weights' },
          {
            name: 'lossMin',
            type: 'f32',
            detail: true,
            about: 'F_i at the incumbent on the same mini-batch; not a number where there is none',
          },
          {
            name: 'control',
            type: 'u8',
            detail: true,
            about: '1 where beta and rho follow, from the second round in a row; else 0',
          },
          { name: 'beta', type: 'f32', when: { field: 'control', mask: 1 }, about: 'beta_i' },
          { name: 'rho', type: 'f32', when: { field: 'control', mask: 1 }, about: 'rho_i' },
        ],
      },
      {
        ...{ name: 'clock', about: 'gaia; all parameters instead of changes where that is not longer' },
        fields: [{ name: 'clock', type: 'u32', about: 'UPDATEs of the device, 1 for its first' }],
      },
    ],
    tail: { name: 'parameters', of: 'f32', about: 'gradient, weights, or changes of 8 B: index u32, change f32' },
  },
  {
    ...{
      family: 'exchange',
      name: 'mirror',
      number: 16,
      way: 'down',
      round: 'any',
      about: 'Gaia: changes that other devices made.',
    },
    fields: [
      { name: 'clock', type: 'u32', about: 'of the slowest device, told only' },
      { name: 'steps', type: 'u16', about: 'steps before the next UPDATE; 0: none, the changes are only added' },
      { name: 'reserved', type: 'u16', reserved: true, about: 'always 0' },
    ],
    tail: { name: 'changes', of: 'change', about: 'changes of 8 B: index u32, change f32' },
  },
];
