// score.mjs: scores a folder of masks and a table of diagnoses as the challenges of 2017 and 2018 did
import { scoreSubmission } from '@lesion/isic';

const [truth, submission] = ['data/ISIC-2017_Training', 'submission'];

for (const protocol of ['isic2017', 'isic2018']) {
  const { metrics, intervals, count, problems } = await scoreSubmission({
    task: 1,
    truth: `${truth}_Part1_GroundTruth`,
    prediction: submission,
    protocol,
    bootstrap: 1000,
  });
  const { lower, upper } = intervals.metrics.JA;
  console.log(
    `${protocol}: JA ${metrics.JA.toFixed(3)} [${lower.toFixed(3)}, ${upper.toFixed(3)}] of ${count} images,`,
    `${problems.length} problems`,
  );
}

const { metrics, perClass } = await scoreSubmission({
  task: 3,
  truth: `${truth}_Part3_GroundTruth.csv`,
  prediction: `${submission}/predictions.csv`,
});
console.log(`mean AUC ${metrics.AUC.toFixed(3)}, melanoma ${perClass.melanoma.AUC.toFixed(3)}`);
