/** @file How long work tells of itself. Rooms report; only the command line draws. */

export type Progress = {
  /** What is being done, such as "BTCUSDT 5m". */
  readonly label: string;
  readonly done: number;
  /** Undefined where the end is not known. */
  readonly total?: number;
  readonly unit: string;
  /** Figures worth watching, already formatted, such as { return: "+1.2 %" }. */
  readonly figures?: Readonly<Record<string, string>>;
  /** Values worth drawing over time, by name; the same names in every report. */
  readonly curves?: Readonly<Record<string, number>>;
};

export type ProgressListener = (progress: Progress) => void;
