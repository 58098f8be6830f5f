/** The exports of firmware/port/wasi/{host,scores}.c. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  g2t_host_begin(inboxBytes: number): number;
  g2t_host_addresses(): number;
  g2t_host_add(
    id: number,
    ram: number,
    flash: number,
    receive: number,
    megahertz: number,
    flags: number,
    benchUs: number,
  ): number;
  g2t_host_seal(length: number): void;
  g2t_host_lane(lane: number): number;
  g2t_host_lane_inbox(lane: number): number;
  g2t_host_lane_work(lane: number): number;
  g2t_host_lane_stack(lane: number): number;
  g2t_host_deliver(lane: number, device: number, length: number, at: number): number;
  g2t_host_timer(device: number, at: number): void;
  g2t_host_poll(device: number, at: number): number;
  g2t_host_deadline(device: number): number;
  g2t_host_threshold(device: number): number;
  g2t_host_held(device: number): number;
  g2t_host_held_rows(device: number): number;
  g2t_host_busy(device: number): number;
  g2t_host_task_bytes(
    learner: number,
    features: number,
    rows: number,
    mode: number,
    codec: number,
    receive: number,
  ): number;
  g2t_host_data_set(rows: number, features: number): number;
  g2t_host_data_set_rows(dataSet: number): number;
  g2t_host_data_set_classes(dataSet: number): number;
  /** The rows and classes of a data set are written. */
  g2t_host_data_set_ready(dataSet: number): void;
  g2t_host_hold(device: number, dataSet: number, count: number): number;
  g2t_host_row_numbers(): number;
  g2t_host_compose(
    dataSet: number,
    device: number,
    task: number,
    from: number,
    count: number,
    positive: number,
  ): number;
  g2t_host_predict_room(features: number, count: number): number;
  g2t_host_predict(dataSet: number, first: number, count: number): void;
  g2t_host_exchange_bytes(
    model: number,
    kind: number,
    classes: number,
    features: number,
    batch: number,
    rows: number,
    receive: number,
  ): number;
  g2t_host_evaluate_room(d: number, classes: number, count: number): number;
  g2t_host_evaluate(
    dataSet: number,
    model: number,
    classes: number,
    first: number,
    count: number,
    listed: number,
  ): void;
}

export type ExportedFunction = Exclude<keyof Exports, 'memory'>;

/** The functions of `Exports`; of those that concern a device, where among their arguments it and the instant stand. */
export const CALLS: { readonly [name in ExportedFunction]: { readonly device?: number; readonly at?: number } } = {
  g2t_host_begin: {},
  g2t_host_addresses: {},
  g2t_host_add: { device: 0 },
  g2t_host_seal: {},
  g2t_host_lane: {},
  g2t_host_lane_inbox: {},
  g2t_host_lane_work: {},
  g2t_host_lane_stack: {},
  g2t_host_deliver: { device: 1, at: 3 },
  g2t_host_timer: { device: 0, at: 1 },
  g2t_host_poll: { device: 0, at: 1 },
  g2t_host_deadline: { device: 0 },
  g2t_host_threshold: { device: 0 },
  g2t_host_held: { device: 0 },
  g2t_host_held_rows: { device: 0 },
  g2t_host_busy: { device: 0 },
  g2t_host_task_bytes: {},
  g2t_host_data_set: {},
  g2t_host_data_set_rows: {},
  g2t_host_data_set_classes: {},
  g2t_host_data_set_ready: {},
  g2t_host_hold: { device: 0 },
  g2t_host_row_numbers: {},
  g2t_host_compose: {},
  g2t_host_predict_room: {},
  g2t_host_predict: {},
  g2t_host_exchange_bytes: {},
  g2t_host_evaluate_room: {},
  g2t_host_evaluate: {},
};

/** What firmware must export beside its memory. */
export const REQUIRED_EXPORTS = Object.keys(CALLS) as readonly ExportedFunction[];
