// Where a training step on ONNX Runtime spends its time, by operator:
//   node bench/profile.mjs lfn|fcrn88 [BATCH] [STEPS]
// For each node of the graph the fastest of all steps counts, which keeps a busy machine out of the sum.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@lesion/core';
import { buildFcrn, pixelwiseCrossEntropy } from '@lesion/fcrn';
import { buildLfn, weightedSoftmaxLoss } from '@lesion/lfn';
import { activeOnnxRuntimeBackend, compileStep } from '@lesion/tfjs-backend-onnxruntime';
import * as tf from '@tensorflow/tfjs-core';

const [network = 'fcrn88', batchText = '2', stepsText = '8'] = process.argv.slice(2);
const batch = Number(batchText);
const isLfn = network === 'lfn';
const size = isLfn ? 56 : 320;

await tf.setBackend('onnxruntime');
const backend = activeOnnxRuntimeBackend();
const folder = mkdtempSync(join(tmpdir(), 'lesion-profile-'));
backend.profileTo(join(folder, 'step'));

const model = isLfn ? buildLfn({ activation: 'linear' }) : buildFcrn({ depth: 88, activation: 'linear' });
const optimizer = tf.train.momentum(1e-3, 0.9);
const step = compileStep((images, labels) =>
  optimizer.minimize(() => {
    const scores = model.apply(images, { training: true });
    return isLfn ? weightedSoftmaxLoss(labels, scores) : pixelwiseCrossEntropy(labels, scores);
  }, true),
);
const random = new SeededRandom(1);
const shape = [batch, size, size, 3];
const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => random.normal());
const classes = isLfn ? [batch] : [batch, size, size];
const count = isLfn ? batch : batch * size * size;
const walls = [];
const outside = [];
for (let i = 0; i < Number(stepsText) + 2; i++) {
  const { runMs } = backend.statistics;
  const start = performance.now();
  const images = tf.tensor4d(pixels, shape);
  const labels = tf.tensor(
    Int32Array.from({ length: count }, (_, j) => j % 4),
    classes,
    'int32',
  );
  const loss = step(images, labels);
  await loss.data();
  tf.dispose([images, labels, loss]);
  walls.push(performance.now() - start);
  outside.push(walls[i] - (backend.statistics.runMs - runMs));
}
backend.releaseSessions();

const events = readdirSync(folder)
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  .sort((a, b) => b.length - a.length)[0]
  .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
rmSync(folder, { recursive: true });
const nodes = new Map();
for (const { name, dur, args } of events) {
  const known = nodes.get(name);
  nodes.set(name, {
    operator: args.op_name,
    ms: Math.min(dur / 1000, known?.ms ?? Number.POSITIVE_INFINITY),
  });
}
const operators = new Map();
for (const { operator, ms } of nodes.values()) {
  const sum = operators.get(operator) ?? { ms: 0, count: 0 };
  operators.set(operator, { ms: sum.ms + ms, count: sum.count + 1 });
}
const total = [...operators.values()].reduce((sum, { ms }) => sum + ms, 0);
const median = (values) => values.slice(2).sort((a, b) => a - b)[(values.length - 2) >> 1];
console.log(`${network}, batch ${batch}: a step takes ${median(walls).toFixed(0)} ms with profiling on,`);
console.log(`of which outside ONNX Runtime ${median(outside).toFixed(1)} ms; ${nodes.size} nodes,`);
console.log(`the fastest of each ${total.toFixed(0)} ms in all:`);
for (const [operator, { ms, count }] of [...operators].sort((a, b) => b[1].ms - a[1].ms).slice(0, 20)) {
  const share = `${((100 * ms) / total).toFixed(1)} %`;
  console.log(
    `${operator.padEnd(20)} ${String(count).padStart(5)} ${ms.toFixed(1).padStart(9)} ms ${share.padStart(8)}`,
  );
}
process.exit(0);
