/** `--scores`, which `predict` and `evaluate` share: probabilities or indexes. */
import { Option } from 'commander';

/** What stands for a diagnosis. */
export type ClassScores = 'calibrated' | 'indexes';

/** Declares the option; without it the bundle decides. */
export function scoresOption(): Option {
  return new Option(
    '--scores <name>',
    "what predictions.csv and task 3 take: calibrated probabilities, or the LIN's indexes as they are; default calibrated, if the LIN is",
  ).choices(['calibrated', 'indexes']);
}

/** The kind of scores in words. */
export function describeScores(scores: ClassScores): string {
  return scores === 'calibrated' ? 'calibrated probabilities' : 'lesion indexes';
}
