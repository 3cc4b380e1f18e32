/** What the process with the GPU finds out. */

/** Three steps of training. */
export interface Training {
  losses: number[];
  /** All weights and moving statistics after the last step, in the order of the model. */
  weights: number[][];
}

export interface Results {
  /** tfjs's own cpu backend, and this one with either provider, step by step or compiled. */
  trainings: Record<'tfjs-cpu' | 'cpu' | 'webgpu' | 'webgpu compiled', Training>;
  /** A prediction of the same network before training. */
  predictions: Record<'tfjs-cpu' | 'webgpu', number[]>;
  /** What needs another way on this provider, by name. */
  traps: Record<'tfjs-cpu' | 'webgpu', Record<string, number[]>>;
  /** Runs and compilations of the compiled training. */
  compiledRuns: { runs: number; compilations: number };
  /** ONNX operators of a training step by the provider that computed them. */
  operators: Record<string, string[]>;
}
