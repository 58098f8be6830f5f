/** A metric as the report's glossary, the results' metadata and the docs name it. */
export interface MetricDefinition {
  /** The key in summary.json or the column's name. */
  readonly key: string;
  readonly title: string;
  /** SI symbol, '1' for a pure number, '' for text. */
  readonly unit: string;
  readonly definition: string;
  /** Where the definition comes from. */
  readonly source: string;
}

const G2T = 'Sudharsan, Breslin, Ali: Globe2Train, IEEE UIC 2021';
const OWN = 'this simulator';

/** Every metric that a run reports, in the order of the summary. */
export const METRIC_DEFINITIONS: readonly MetricDefinition[] = [
  {
    key: 'makespan_s',
    title: 'Makespan',
    unit: 's',
    definition:
      'Time from the start of the simulation until the final model is available at the server, or is as accurate as `stop.when` asks. Not known (null) of a run that was cut at its horizon.',
    source: OWN,
  },
  {
    key: 'simulated_s',
    title: 'Simulated time',
    unit: 's',
    definition:
      'Time from the start of the simulation until the run ended: the makespan, or the horizon of a run that was cut. Every other time of the run is at most this.',
    source: OWN,
  },
  {
    key: 'accuracy',
    title: 'Accuracy',
    unit: '1',
    definition: 'Correct answers over all answers of the final model on the test rows.',
    source: 'common usage',
  },
  {
    key: 'macro_f1',
    title: 'Macro-F1',
    unit: '1',
    definition: 'Mean of 2TP / (2TP + FP + FN) over the classes that occur among the test rows or the answers.',
    source: 'scikit-learn: f1_score with average="macro" and zero_division=0',
  },
  {
    key: 'staleness',
    title: 'Version staleness',
    unit: 'updates',
    definition:
      'Versions of the server’s parameters between reading them and applying the update computed from them. Not defined (null, never 0) for Globe2Train, which has no shared version.',
    source: 'Dai et al. measure it in iterations; Globe2Train, reference 15',
  },
  {
    key: 'age_s',
    title: 'Age',
    unit: 's',
    definition:
      'Gradient methods: time from reading the parameters to applying the update. Globe2Train: time from the end of a classifier’s training to its arrival at the server, which accumulating up to W_t raises.',
    source: OWN,
  },
  {
    key: 'comm_to_comp.time',
    title: 'Communication-to-computation ratio, by time',
    unit: '1',
    definition:
      'Communication time over computation time, each summed over devices. Communication time is time in which the device’s radio sends, receives or shakes hands. Above 1: more time goes into the network than into training.',
    source: G2T,
  },
  {
    key: 'comm_to_comp.bytes_per_flop',
    title: 'Communication-to-computation ratio, by volume',
    unit: 'B/FLOP',
    definition:
      'Bytes on the wire, up and down, over floating-point operations of training. Opt-SGD with n features: 2n operations a row and 5n + 4 more when it updates; other learners: each sum, product and division one.',
    source: OWN,
  },
  {
    key: 'communication_time',
    title: 'Communication time',
    unit: 's',
    definition:
      'With the simple network model: t_c = latency + size / bandwidth, divided by (1 - p) when a share p of attempts fails. With the flow model: what the modelled transport takes.',
    source: G2T,
  },
  {
    key: 'bytes_up',
    title: 'Bytes up',
    unit: 'B',
    definition: 'Bytes on the wire from the devices, with HTTP, TLS, TCP and IP overhead and retransmissions.',
    source: OWN,
  },
  {
    key: 'bytes_down',
    title: 'Bytes down',
    unit: 'B',
    definition: 'Bytes on the wire to the devices, with the same overheads.',
    source: OWN,
  },
  {
    key: 'bytes_wasted',
    title: 'Bytes wasted',
    unit: 'B',
    definition:
      'Bytes of transfers that a dropout cut, and of results that came after another device’s result for the task.',
    source: OWN,
  },
  {
    key: 'energy_j',
    title: 'Energy',
    unit: 'J',
    definition:
      'Power of the board’s state times the time in it (compute, transmit, receive, idle), summed over devices.',
    source: `${OWN}; in paper mode 0.175 W times computing time`,
  },
  {
    key: 'device_seconds',
    title: 'Device-seconds',
    unit: 's',
    definition: 'Computing time summed over devices. The paper’s “15 s” is this sum, not a makespan.',
    source: G2T,
  },
  {
    key: 'efficiency',
    title: 'Efficiency',
    unit: '1',
    definition:
      'Device-seconds over devices times makespan: the share of the fleet’s time that went into training. Not known (null) without a makespan.',
    source: 'common usage',
  },
  {
    key: 'tasks_done',
    title: 'Tasks done',
    unit: '1',
    definition: 'Pairwise tasks with a valid result at the server. k classes make k(k - 1)/2 tasks.',
    source: G2T,
  },
  {
    key: 'tasks_reassigned',
    title: 'Tasks re-assigned',
    unit: '1',
    definition: 'Times that a task was taken from a device that went silent or refused it, and given to another.',
    source: G2T,
  },
  {
    key: 'tasks_assigned',
    title: 'Tasks assigned',
    unit: '1',
    definition: 'Hand-outs of tasks to devices, speculative copies and repetitions included.',
    source: OWN,
  },
  {
    key: 'seconds_lost',
    title: 'Time lost to failure',
    unit: 's',
    definition: 'Computing and radio time of work that a failure undid, summed over devices.',
    source: OWN,
  },
  {
    key: 'flop',
    title: 'Floating-point operations',
    unit: 'FLOP',
    definition: 'Operations of training on all devices, wasted ones included, counted by the firmware.',
    source: OWN,
  },
  {
    key: 'flop_wasted',
    title: 'Wasted computation',
    unit: 'FLOP',
    definition: 'Operations that went into results which came second or were thrown away.',
    source: OWN,
  },
  {
    key: 'w_t',
    title: 'Threshold W_t',
    unit: 'classifiers',
    definition:
      'Trained classifiers that a device accumulates before it sends them in one upload; larger on a worse network.',
    source: `${G2T}, Algorithm 1; the count reading and the formula are ${OWN}’s`,
  },
  {
    key: 'time_to_accuracy_s',
    title: 'Time to accuracy',
    unit: 's',
    definition:
      'Time from the start of the simulation until the first aggregation after which the model has at least the target accuracy; null where it never has. Aggregations are rounds (SSGD, FedAvg, adaptive tau), uploads of classifiers (Globe2Train) and updates (ASGD, Gaia; where the test rows take over 100,000 multiply-adds, every N-th update with N devices).',
    source: 'common usage',
  },
  {
    key: 'bytes_to_accuracy',
    title: 'Bytes to accuracy',
    unit: 'B',
    definition: 'Bytes on the wire, up and down, until the same aggregation.',
    source: 'common usage',
  },
  {
    key: 'speed_up',
    title: 'Speed-up',
    unit: '1',
    definition: 'Makespan with one device over makespan with N devices, from two runs.',
    source: 'common usage',
  },
  {
    key: 'stopped',
    title: 'Convergence',
    unit: '',
    definition:
      'Why the run ended. Globe2Train has converged when every task has a valid result (trained); other methods when a target accuracy held, or the mean loss changed by less than a bound over a window.',
    source: OWN,
  },
  {
    key: 'events',
    title: 'Events',
    unit: '1',
    definition: 'Events that the simulation dispatched.',
    source: OWN,
  },
];

/** The definition of a key; undefined when it is not a metric. */
export function metricDefinition(key: string): MetricDefinition | undefined {
  return METRIC_DEFINITIONS.find((metric) => metric.key === key);
}
