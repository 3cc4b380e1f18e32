/** What passes between `scoreSubmission` and the three tasks. Types only. */
import type { ProtocolAccumulator, ProtocolName } from '@lesion/metrics';
import type { ScoreProblem, ScoreProgress, WhereFilter } from './types.js';

/** The options of a submission, with their defaults filled in. */
export interface ScoreRequest {
  truth: string;
  prediction: string;
  protocol: ProtocolName;
  where: WhereFilter | undefined;
  superpixels: string | undefined;
  allowMissing: boolean;
  concurrency: number;
  onProgress: ((progress: ScoreProgress) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** What a task found. */
export interface TaskOutcome {
  /** Holds every image that could be scored. */
  protocol: Pick<ProtocolAccumulator<never, never, string>, 'count' | 'compute' | 'bootstrap'>;
  expected: number;
  missing: string[];
  extra: string[];
  problems: ScoreProblem[];
}
