// train.mjs: trains a small LIN on a data folder, stops, goes on, and scores it
import { checkDataset, formatDatasetReport } from '@lesion/isic';
import { evaluateSplit, loadLin, trainLin } from '@lesion/train';

const data = process.argv[2] ?? 'data';
console.log(formatDatasetReport(await checkDataset(data, { deep: true })));

// Ctrl-C in the middle of an epoch, here by a timer that counts steps.
const stop = new AbortController();
const options = { data, out: 'runs/lin', profile: 'quick', dataSets: ['DR'], seed: 1 };
const onProgress = ({ done }) => {
  if (done >= 3) stop.abort();
};
await trainLin({ ...options, signal: stop.signal, onProgress }).catch((error) => console.log(error.code));

// The same call goes on where it stood, and ends as if nothing had happened.
const { bundle, history } = await trainLin({ ...options, resume: true });
for (const { epoch, trainingLoss } of history.dr.epochs)
  console.log(`epoch ${epoch}: loss ${trainingLoss.toFixed(2)}`);

const lin = await loadLin(bundle);
const { tasks } = await evaluateSplit({ data, split: 'validation', lin });
lin.dispose();
for (const { task, count, metrics } of tasks) {
  console.log(`task ${task}, ${count} images: ${Object.keys(metrics).join(' ')}`);
}
