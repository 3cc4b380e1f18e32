// Trains a LIN and says `step` after each step, until the test kills it.
import { trainLin } from '@lesion/train';

await trainLin({
  ...JSON.parse(process.argv[2]),
  onProgress: ({ phase }) => {
    if (phase.startsWith('training')) process.stdout.write('step\n');
  },
});
