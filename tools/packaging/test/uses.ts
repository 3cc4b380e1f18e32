// A few lines for each package that use what it is for, and what they print. They run as plain JavaScript in a
// folder that holds nothing but the package.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const models = new URL('../../../packages/pretrained/models/', import.meta.url);
const heldModels = ['lin', 'lfn'].filter((name) => existsSync(fileURLToPath(new URL(name, models))));

export interface Use {
  code: string;
  /** What a user chooses and installs beside the package: an engine for tfjs. */
  beside?: string[];
  prints: string;
}

export const uses: Record<string, Use> = {
  core: {
    code: `
      import { createRgbImage, resizeImage, SeededRandom, sizeOf } from '@lesion/core';
      const image = createRgbImage({ height: 4, width: 8 });
      console.log(JSON.stringify(sizeOf(resizeImage(image, { height: 2, width: 4 }))), new SeededRandom(1).integer(1000) < 1000);
    `,
    prints: '{"height":2,"width":4} true',
  },
  preprocess: {
    code: `
      import { createRgbImage } from '@lesion/core';
      import { decodeImage, encodePng, planDr } from '@lesion/preprocess';
      import { readSize, writePng } from '@lesion/preprocess/node';
      const image = createRgbImage({ height: 3, width: 5 });
      image.set(1, 2, 0, 200);
      const again = await decodeImage(await encodePng(image));
      await writePng('a.png', image);
      console.log(again.get(1, 2, 0), JSON.stringify(await readSize('a.png')), planDr([{ id: 'a', diagnosis: 'nevus' }]).length);
    `,
    prints: '200 {"height":3,"width":5} 8',
  },
  superpixel: {
    code: `
      import { createRgbImage } from '@lesion/core';
      import { decodeLabels, encodeLabels, regionProperties, superpixels } from '@lesion/superpixel';
      const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i / 3) % 64 < 32 ? 0 : 255));
      const { labels, count } = superpixels(createRgbImage({ height: 64, width: 64 }, data), { count: 16 });
      const again = decodeLabels(encodeLabels(labels));
      console.log(count === regionProperties(again).length, again.get(63, 63) === labels.get(63, 63));
    `,
    prints: 'true true',
  },
  licu: {
    code: `
      import { createClassMaps } from '@lesion/core';
      import { analyzeLesion } from '@lesion/licu';
      const maps = createClassMaps({ height: 5, width: 5 }, 4);
      for (let y = 0; y < 5; y++) for (let x = 0; x < 5; x++) {
        const inside = y > 0 && y < 4 && x > 0 && x < 4;
        maps.set(y, x, inside ? 1 : 0, 1);
      }
      const { indexes, emptyMask } = analyzeLesion(maps);
      console.log(indexes.melanoma, emptyMask);
    `,
    prints: '1 false',
  },
  metrics: {
    code: `
      import { rocAuc } from '@lesion/metrics';
      console.log(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]));
    `,
    prints: '0.75',
  },
  isic: {
    code: `
      import { checkDataset, openDataset, writeSyntheticDataset } from '@lesion/isic';
      await writeSyntheticDataset('data', { training: 4, validation: 3, test: 3, shortSide: 64 });
      const { splits } = await openDataset('data');
      await checkDataset('data');
      console.log(splits.training.length, splits.validation[0].diagnosis !== undefined);
    `,
    prints: '4 true',
  },
  onnx: {
    code: `
      import '@tensorflow/tfjs-backend-cpu';
      import { exportOnnx } from '@lesion/onnx';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
      const file = await exportOnnx(model, { metadata: { classNames: ['a', 'b'] } });
      console.log(Buffer.from(file).includes('["a","b"]'), Buffer.from(file).includes('Gemm'));
    `,
    beside: ['@tensorflow/tfjs-backend-cpu@^4.22.0'],
    prints: 'true true',
  },
  'tfjs-backend-onnxruntime': {
    code: `
      import '@lesion/tfjs-backend-onnxruntime';
      import '@tensorflow/tfjs-layers'; // brings tfjs's gradients
      import { losses, mul, setBackend, tensor1d, train, variable } from '@tensorflow/tfjs-core';
      await setBackend('onnxruntime');
      const slope = variable(tensor1d([0]));
      train.sgd(0.5).minimize(() => losses.meanSquaredError(tensor1d([2]), mul(tensor1d([1]), slope)));
      console.log(slope.dataSync()[0]);
    `,
    beside: ['@tensorflow/tfjs-layers@^4.22.0'],
    prints: '2',
  },
  fcrn: {
    code: `
      import '@tensorflow/tfjs-backend-cpu';
      import { buildFcrn, countConvolutions } from '@lesion/fcrn';
      const model = buildFcrn({ depth: 88, width: 1 / 64 });
      console.log(countConvolutions(model), model.outputs[0].shape.at(-1));
    `,
    beside: ['@tensorflow/tfjs-backend-cpu@^4.22.0'],
    prints: '88 4',
  },
  lfn: {
    code: `
      import '@tensorflow/tfjs-backend-cpu';
      import { buildLfn } from '@lesion/lfn';
      const model = buildLfn();
      console.log(model.trainableWeights.reduce((sum, weight) => sum + weight.shape.reduce((a, b) => a * b, 1), 0));
    `,
    beside: ['@tensorflow/tfjs-backend-cpu@^4.22.0'],
    prints: '385573',
  },
  engine: {
    code: `
      import { inspectEngines, loadEngine } from '@lesion/engine';
      await loadEngine({ name: 'cpu', purpose: 'train' });
      console.log((await inspectEngines()).filter((engine) => engine.available).map((engine) => engine.name).join());
    `,
    prints: 'onnxruntime,wasm,cpu',
  },
  predict: {
    code: `
      import '@tensorflow/tfjs-backend-cpu';
      import { createHash } from 'node:crypto';
      import { existsSync } from 'node:fs';
      import { createRgbImage } from '@lesion/core';
      import { buildLfn } from '@lesion/lfn';
      import { encodeTensors, lfnFromBundle, namedVariables, openBundle, readArrays } from '@lesion/predict';
      import { NETWORK_FORMS } from '@lesion/predict/node';
      const weights = encodeTensors(await readArrays(namedVariables(buildLfn({ variant: 'narrow' }))));
      const hash = (content) => createHash('sha256').update(content).digest('hex');
      const manifest = {
        format: 'lesion-bundle', formatVersion: 1, kind: 'lfn',
        networks: [{ name: 'lfn', builder: 'lfn', architecture: { variant: 'narrow' }, weights: 'lfn.safetensors' }],
        normalization: { channelOrder: 'rgb', mean: [0, 0, 0], scale: 0.01 }, classes: ['background'],
        inference: { superpixels: { count: 4 } }, metrics: {}, data: { fingerprint: '', counts: {} },
        training: { seed: 0, engine: 'cpu', configuration: {}, history: {} },
        files: { 'lfn.safetensors': { bytes: weights.length, sha256: hash(weights) } },
      };
      const sealed = { sha256: hash(JSON.stringify(manifest, null, 2)), manifest };
      const files = {
        'bundle.json': new TextEncoder().encode(JSON.stringify(sealed, null, 2) + '\\n'),
        'lfn.safetensors': weights,
      };
      const bundle = await openBundle(async (name) => files[name], { where: 'memory', kind: 'lfn' });
      const lfn = await lfnFromBundle(bundle);
      const { count, features } = await lfn.predict(createRgbImage({ height: 64, width: 64 }));
      console.log(features.streaks.length === count, NETWORK_FORMS.join(), existsSync('node_modules/onnxruntime-node'));
    `,
    beside: ['@tensorflow/tfjs-backend-cpu@^4.22.0'],
    prints: 'true exported,tfjs false',
  },
  train: {
    code: `
      import { createRgbImage } from '@lesion/core';
      import { writeSyntheticDataset } from '@lesion/isic';
      import { loadLin, trainLin } from '@lesion/train';
      await writeSyntheticDataset('data', { training: 6, validation: 3, test: 3, shortSide: 64 });
      const { bundle } = await trainLin({
        data: 'data', out: 'run', profile: 'quick', dataSets: ['DR'], size: 32, scales: [32],
        architecture: { depth: 50, width: 1 / 32 },
        schedule: { epochs: 1, stepsPerEpoch: 1, batchSize: 2, microBatchSize: 2 },
      });
      const lin = await loadLin(bundle, { engine: 'cpu' });
      const { indexes } = await lin.predict(createRgbImage({ height: 40, width: 50 }));
      console.log(Object.keys(indexes).join());
      process.exit();
    `,
    prints: 'melanoma,seborrheic_keratosis,nevus',
  },
  report: {
    code: `
      import { createBinaryMask, createRgbImage } from '@lesion/core';
      import { drawOutline, renderReport } from '@lesion/report';
      const mask = createBinaryMask({ height: 9, width: 9 });
      mask.set(4, 4, 1);
      const drawn = drawOutline(createRgbImage({ height: 9, width: 9 }), mask);
      console.log(drawn.shape.join('x'), (await renderReport({ title: 'A <run>' })).includes('A &lt;run&gt;'));
    `,
    prints: '9x9x3 true',
  },
  pretrained: {
    code: `
      import { existsSync } from 'node:fs';
      import { join } from 'node:path';
      import { fileURLToPath } from 'node:url';
      import { PRETRAINED_MODELS, pretrainedModel } from '@lesion/pretrained';
      const models = fileURLToPath(new URL('../models/', import.meta.resolve('@lesion/pretrained')));
      const held = PRETRAINED_MODELS.filter((name) => existsSync(join(models, name)));
      console.log('holds', ...held.map((name) => pretrainedModel(name).name));
    `,
    prints: ['holds', ...heldModels].join(' '),
  },
  reproduce: {
    code: `
      import { writeSyntheticDataset } from '@lesion/isic';
      import { renderSvg, reproduce, ROWS } from '@lesion/reproduce';
      await writeSyntheticDataset('data', { training: 6, validation: 3, test: 3, shortSide: 64 });
      const { tables } = await reproduce({ data: 'data', out: 'out', profile: 'quick', tables: ['I', 'III'], figures: [], runs: [] });
      const png = renderSvg('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="8">A</text></svg>');
      console.log(ROWS.length, tables.map(({ id }) => id).join(), png[1] === 80);
      process.exit();
    `,
    prints: '44 I,III true',
  },
  cli: {
    code: `
      import { execFileSync } from 'node:child_process';
      const out = execFileSync('npx', ['--no-install', 'lesion', 'doctor', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      console.log(JSON.parse(out).engines.length);
    `,
    prints: '5',
  },
};
