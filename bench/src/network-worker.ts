// Ours: trains or runs a network, a few steps each time it is told to on standard input. Called with the
// specification of the work as JSON.
import { createInterface } from 'node:readline';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Batch, buildNetwork, countTrainableWeights, makeBatches, Trainer } from './network-steps.js';
import { OnnxPredictor } from './onnx-predictor.js';
import { writeParityFile } from './parity-file.js';
import { openRoad } from './roads.js';
import { TfjsPredictor } from './tfjs-predictor.js';
import type { OurWork } from './work.js';

type Question = { do: 'steps'; count: number } | { do: 'memory' } | { do: 'parity'; path: string };

interface Stepper {
  step(batch: Batch): Promise<number>;
}

const answer = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

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

async function serve(work: OurWork): Promise<void> {
  const { model, stepper, name } = await prepare(work);
  const weights = countTrainableWeights(model);
  const batches = makeBatches(work);
  let taken = 0;

  const steps = async (count: number): Promise<object> => {
    const times: number[] = [];
    let last = 0;
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      last = await stepper.step(batches[taken++ % batches.length]!);
      times.push(performance.now() - start);
    }
    if (!Number.isFinite(last)) {
      throw new Error(`step ${taken} gave ${last}, which is no work to measure`);
    }
    return { times, last };
  };

  const parity = async (path: string): Promise<object> => {
    await writeParityFile(path, model, work, batches[0]!);
    const losses: number[] = [];
    for (let i = 0; i < work.paritySteps; i++) losses.push(await stepper.step(batches[0]!));
    return { losses };
  };

  answer({ ready: { name, weights } });
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as Question;
    if (question.do === 'steps') answer(await steps(question.count));
    else if (question.do === 'parity') answer(await parity(question.path));
    // Node counts in kilobytes everywhere.
    else answer({ megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 });
  }
}

try {
  await serve(JSON.parse(process.argv[2]!) as OurWork);
  process.exit(0);
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
