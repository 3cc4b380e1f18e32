// Ours: trains or runs a network, a few steps each time it is told to on standard input. Called with the
// specification of the work as JSON.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Batch, buildNetwork, countTrainableWeights, makeBatches, Trainer } from './network-steps.js';
import { OnnxPredictor } from './onnx-predictor.js';
import { writeParityFile } from './parity-file.js';
import { openRoad } from './roads.js';
import { serve, type Work } from './serve.js';
import { TfjsPredictor } from './tfjs-predictor.js';
import type { OurWork } from './work.js';

interface Stepper {
  step(batch: Batch): Promise<number>;
}

/** The model at work, and what it runs on. */
async function prepare(work: OurWork): Promise<{ model: LayersModel; stepper: Stepper; name: string }> {
  // A prediction runs the exported file; the export itself needs no more than tfjs's plain backend.
  const exported = work.task === 'predict' && work.road === 'onnxruntime';
  const { name } = await openRoad(exported ? 'cpu' : work.road, work.threads);
  const model = buildNetwork(work);
  if (exported) {
    return { model, stepper: await OnnxPredictor.create(model, work), name: 'onnxruntime, ONNX export' };
  }
  const stepper = work.task === 'train' ? new Trainer(model, work) : new TfjsPredictor(model, work);
  return { model, stepper, name };
}

await serve<OurWork>(async (work): Promise<Work> => {
  const { model, stepper, name } = await prepare(work);
  const batches = makeBatches(work);
  let taken = 0;
  return {
    facts: { name, weights: countTrainableWeights(model) },
    step: () => stepper.step(batches[taken++ % batches.length]!),
    answers: {
      async parity({ path }) {
        await writeParityFile(path!, model, work, batches[0]!);
        const losses: number[] = [];
        for (let i = 0; i < work.paritySteps; i++) losses.push(await stepper.step(batches[0]!));
        return { losses };
      },
    },
  };
});
