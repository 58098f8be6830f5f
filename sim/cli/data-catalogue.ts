/** A file of a published data set. */
export interface KnownFile {
  /** From the data folder; the same name without `.gz` serves too. */
  readonly path: string;
  /** Of the content, unpacked. */
  readonly sha256: string;
}

/** A published data set that scenarios name. */
export interface KnownDataset {
  readonly name: string;
  readonly title: string;
  readonly files: readonly KnownFile[];
  /** Where to get it, and what to do then. */
  readonly how: readonly string[];
}

/** The checksums are those of the files that the shipped scenarios were measured with. */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  {
    name: 'auslan',
    title: 'Auslan (High Quality): 95 signs, 27 recordings of each, 22 channels',
    files: [{ path: 'auslan.csv.gz', sha256: '865e773670e2124ef7fe8a226fec83df273429ec9070a1beb5d02fa38cfce180' }],
    how: [
      'UCI data set 115, "Australian Sign Language signs (High Quality)" (M. W. Kadous).',
      'Download it, unpack the folders tctodd1 to tctodd9, then: g2t data import auslan FOLDER',
    ],
  },
  {
    name: 'mnist',
    title: 'MNIST: 70,000 handwritten digits, 28 x 28 pixels',
    files: [
      {
        path: 'mnist/train-images-idx3-ubyte.gz',
        sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      },
      {
        path: 'mnist/train-labels-idx1-ubyte.gz',
        sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      },
      {
        path: 'mnist/t10k-images-idx3-ubyte.gz',
        sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      },
      {
        path: 'mnist/t10k-labels-idx1-ubyte.gz',
        sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      },
    ],
    how: [
      'The four IDX files of LeCun, Cortes and Burges (train-images-idx3-ubyte.gz, ...), from any mirror.',
      'Download them into one folder, then: g2t data import mnist FOLDER',
    ],
  },
];

/** Data sets that come from a scenario's own words, with nothing to fetch. */
export const OTHER_DATASETS: readonly { readonly name: string; readonly title: string }[] = [
  { name: 'clusters', title: 'A generator of class-clustered sensor data; needs no file' },
  { name: 'csv', title: 'Your own CSV: numbers and a column of classes (dataset: { name: csv, path: FILE })' },
  { name: 'idx', title: 'Your own IDX files (dataset: { name: idx, train: ..., test: ... })' },
];
