/** Scoring submissions: what the package shows of this folder. */
export { writeImageScores } from './image-scores-file.js';
export { scoreSubmission } from './score-submission.js';
export type {
  ChallengeTask,
  ScoreProblem,
  ScoreProgress,
  ScoreSubmissionOptions,
  SubmissionScore,
  WhereFilter,
} from './types.js';
