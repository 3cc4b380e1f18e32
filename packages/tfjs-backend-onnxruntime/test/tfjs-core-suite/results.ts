/** What a run of tfjs-core's tests says. */

export interface SpecResult {
  /** The test file below tfjs-core's `dist`. */
  file: string;
  name: string;
  /** `passed`, `failed`, or `pending` where tfjs-core leaves a test out itself. */
  status: string;
  message: string;
}

/** For each kernel and file, how many passing tests used it. */
export type KernelUse = Record<string, Record<string, number>>;

export interface SuiteResults {
  specs: SpecResult[];
  kernels: KernelUse;
}
