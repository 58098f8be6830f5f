import type { ColumnDefinition, ColumnType, TableDefinition } from './table.ts';

function column<Name extends string>(
  name: Name,
  type: ColumnType,
  unit: string,
  description: string,
): ColumnDefinition<Name> {
  return { name, type, unit, description };
}

function optional<Name extends string>(
  name: Name,
  type: ColumnType,
  unit: string,
  description: string,
): ColumnDefinition<Name> {
  return { name, type, unit, description, optional: true };
}

function define<Name extends string>(
  name: string,
  description: string,
  columns: readonly ColumnDefinition<Name>[],
): TableDefinition<Name> {
  return { name, description, columns };
}

/** One row a device and round (with Globe2Train: a device and upload batch), in order of `ended_s`, then device. */
export const ROUNDS_TABLE = define('rounds', 'a row a device and round (with g2t: a device and upload batch)', [
  column('round', 'u32', '1', 'number of the round on this device, from 1'),
  column('device', 'u32', '1', 'device id'),
  column(
    'started_s',
    'f64',
    's',
    'when the round began, from the start of the simulation: its first frame left the server',
  ),
  column('ended_s', 'f64', 's', 'when the server held the round’s result'),
  column('compute_s', 'f64', 's', 'time in which the device computed'),
  column('comm_s', 'f64', 's', 'time in which the device’s radio sent, received or shook hands'),
  column('tasks', 'u32', '1', 'tasks trained in the round'),
  column('classifiers', 'u32', '1', 'base classifiers uploaded in the round'),
  column('w_t', 'u32', '1', 'the threshold W_t at the upload (algorithms C.2)'),
  column('bytes_up', 'f64', 'B', 'bytes on the wire from the device, overheads included'),
  column('bytes_down', 'f64', 'B', 'bytes on the wire to the device, overheads included'),
  column(
    'accuracy',
    'f64',
    '1',
    'g2t: accuracy on training rows, of the model that a round which spans classes makes, else mean of its base classifiers; other methods: of the server’s model on the test rows',
  ),
  optional('loss', 'f64', '1', 'training loss after the round'),
  optional('tau', 'u32', '1', 'local steps between two aggregations'),
  optional('beta', 'f64', '1', 'estimated smoothness of the loss'),
  optional('delta', 'f64', '1', 'estimated divergence of the devices’ gradients'),
  optional('rho', 'f64', '1', 'estimated Lipschitz constant of the loss'),
  optional('staleness', 'f64', '1', 'updates applied between reading the parameters and applying this update'),
]);

export const DEVICES_TABLE = define('devices', 'a row a device, in order of device id', [
  column('device', 'u32', '1', 'device id'),
  column('board', 'utf8', '', 'board name'),
  column('region', 'utf8', '', 'region of the device'),
  column('link', 'utf8', '', 'name of the device’s link'),
  column('tasks_done', 'u32', '1', 'tasks whose result from this device was the first valid one'),
  column('uploads', 'u32', '1', 'uploads that reached the server'),
  column('classifiers_sent', 'u32', '1', 'base classifiers uploaded, duplicates included'),
  column('w_t_last', 'u32', '1', 'the threshold W_t at the end'),
  column(
    'compute_s',
    'f64',
    's',
    'time in which the device trained; the work of a stream of rows counts when the stream ends',
  ),
  column('comm_s', 'f64', 's', 'time in which the device’s radio sent, received or shook hands'),
  column('handshake_s', 'f64', 's', 'the part of comm_s that went into TCP and TLS handshakes'),
  column(
    'idle_s',
    'f64',
    's',
    'time in which the device was online and neither computed nor communicated (which it may do at once)',
  ),
  column('offline_s', 'f64', 's', 'time without a network'),
  column('bytes_up', 'f64', 'B', 'bytes on the wire from the device, overheads included'),
  column('bytes_down', 'f64', 'B', 'bytes on the wire to the device, overheads included'),
  column('bytes_lost', 'f64', 'B', 'bytes that the network lost (and TCP sent again)'),
  column('bytes_wasted', 'f64', 'B', 'bytes of transfers cut by a dropout and of results that came second'),
  column('energy_j', 'f64', 'J', 'energy of the device over the run'),
  column('age_mean_s', 'f64', 's', 'mean age of the device’s results on arrival'),
  column('age_max_s', 'f64', 's', 'largest age of the device’s results on arrival'),
  column('reassigned_from', 'u32', '1', 'tasks taken from this device and given to another'),
  column(
    'ram_used_bytes',
    'f64',
    'B',
    'RAM that the largest task takes beside nothing else: state, buffers, rows kept, one result',
  ),
]);

export const METRICS_TABLE = define('metrics', 'a row a measurement, every `measure.every`, and one at the end', [
  column('at_s', 'f64', 's', 'simulated time, from the start of the simulation'),
  column('tasks_done', 'u32', '1', 'tasks with a valid result at the server'),
  column(
    'accuracy',
    'f64',
    '1',
    'accuracy on the test rows, by majority vote of the classifiers so far (whatever `combine` says of the final model)',
  ),
  column('macro_f1', 'f64', '1', 'macro-F1 on the test rows, by the same vote'),
  column('comm_to_comp_time', 'f64', '1', 'communication time over computation time, summed over devices so far'),
  column('comm_to_comp_bytes_per_flop', 'f64', 'B/FLOP', 'bytes on the wire over floating-point operations so far'),
  column('bytes_up', 'f64', 'B', 'bytes on the wire from devices so far'),
  column('bytes_down', 'f64', 'B', 'bytes on the wire to devices so far'),
  column('bytes_wasted', 'f64', 'B', 'bytes wasted so far'),
  column('energy_j', 'f64', 'J', 'energy of all devices so far'),
  column('online', 'u32', '1', 'devices with a network now'),
  column('age_mean_s', 'f64', 's', 'mean age of the results that arrived since the last measurement'),
  optional('staleness_mean', 'f64', '1', 'mean version lag of the updates applied since the last measurement'),
  optional('loss', 'f64', '1', 'loss of the server’s model'),
]);

export const IMPROVEMENTS_TABLE = define(
  'improvements',
  'a row an aggregation after which the model was more accurate than ever before (where a run stops at an accuracy or is compared)',
  [
    column('at_s', 'f64', 's', 'when the server had aggregated, from the start of the simulation'),
    column('tasks_done', 'u32', '1', 'tasks with a valid result at the server'),
    column('accuracy', 'f64', '1', 'accuracy on the test rows; with g2t by majority vote of the classifiers so far'),
    column('bytes_up', 'f64', 'B', 'bytes on the wire from devices so far'),
    column('bytes_down', 'f64', 'B', 'bytes on the wire to devices so far'),
    column('energy_j', 'f64', 'J', 'energy of all devices so far'),
  ],
);

export const TIMELINE_STATES = ['compute', 'send', 'receive', 'wait', 'offline'] as const;
export type TimelineState = (typeof TIMELINE_STATES)[number];

export const TIMELINE_TABLE = define('timeline', 'a row a stretch of time in one state, of chosen devices', [
  column('device', 'u32', '1', 'device id'),
  column('state', 'utf8', '', 'compute, send, receive, wait or offline'),
  column('start_s', 'f64', 's', 'when the state began'),
  column('end_s', 'f64', 's', 'when it ended'),
]);

export const FRAMES_TABLE = define(
  'frames',
  'a row a call of a device’s firmware, in the order of the events (with `record: frames`)',
  [
    column('at_s', 'f64', 's', 'when the firmware was given the frame, or gave it'),
    column('clock_us', 'f64', 'us', 'the device’s clock as the firmware was told it, whole'),
    column('device', 'u32', '1', 'device id'),
    column('direction', 'utf8', '', 'up (from the device), down, or timer (a call of its timer, without a frame)'),
    column('type', 'utf8', '', 'frame type; timer'),
    column('check', 'u32', '1', 'CRC-32 of this row behind all rows of the device before it'),
    column('bytes', 'binary', '', 'the frame, header and payload'),
  ],
);

export const AGES_TABLE = define('ages', 'quantiles of the ages of all results on arrival', [
  column('share', 'f64', '1', 'share of the results that are at most this old'),
  column('age_s', 'f64', 's', 'age of a result on arrival'),
]);

export const PARTITION_TABLE = define('partition', 'a row a device and label that it has rows of (with `partition`)', [
  column('device', 'u32', '1', 'device id'),
  column('label', 'utf8', '', 'label of the rows: a class, or the part of one that the data set tells apart'),
  column('rows', 'u32', '1', 'training rows of the label that lie on the device'),
]);

export const TABLES = [
  ROUNDS_TABLE,
  DEVICES_TABLE,
  METRICS_TABLE,
  IMPROVEMENTS_TABLE,
  TIMELINE_TABLE,
  FRAMES_TABLE,
  AGES_TABLE,
  PARTITION_TABLE,
] as const;
