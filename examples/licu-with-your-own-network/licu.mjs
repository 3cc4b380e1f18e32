// licu.mjs: the lesion index calculation unit on class maps from plain arrays and from a network of one's own
import '@lesion/tfjs-backend-onnxruntime';
import { createClassMaps } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { analyzeLesion } from '@lesion/licu';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';

// 1. Plain arrays: one row of four pixels, each with background, melanoma, seborrheic keratosis, nevus.
const row = [
  [0.9, 0.02, 0.03, 0.05],
  [0.1, 0.2, 0.1, 0.6],
  [0.1, 0.7, 0.1, 0.1],
  [0.2, 0.1, 0.1, 0.6],
];
const small = analyzeLesion(createClassMaps({ height: 1, width: 4 }, 4, Float32Array.from(row.flat())));
console.log('mask', small.mask.data.join(' '), 'melanoma', small.indexes.melanoma.toFixed(3));

// 2. A network of another kind: three convolutions, trained for a moment on drawn lesions.
const channels = { background: 0, melanoma: 1, seborrheic_keratosis: 2, nevus: 3 };
const draw = (diagnosis, seed) =>
  drawSyntheticLesion({ diagnosis, seed, size: { height: 48, width: 64 }, artefacts: false });
const toInput = (image) => tf.div(tf.tensor4d(image.data, [1, ...image.shape], 'float32'), 255);

await tf.setBackend('onnxruntime');
// The same first weights, and so the same network, every time.
const seeded = (seed) => initializers.glorotNormal({ seed });
const network = sequential({
  layers: [
    layers.conv2d({
      inputShape: [null, null, 3],
      filters: 8,
      kernelSize: 5,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: seeded(1),
    }),
    layers.conv2d({
      filters: 8,
      kernelSize: 5,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: seeded(2),
    }),
    layers.conv2d({ filters: 4, kernelSize: 1, activation: 'softmax', kernelInitializer: seeded(3) }),
  ],
});
network.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
const lesions = ['melanoma', 'seborrheic_keratosis', 'nevus', 'nevus'].map(draw);
const images = tf.concat(lesions.map(({ image }) => toInput(image)));
const labels = lesions.flatMap(({ mask, description }) =>
  Array.from(mask.data, (inside) => inside * channels[description.diagnosis]),
);
const truth = tf.reshape(tf.oneHot(tf.tensor1d(labels, 'int32'), 4), [4, 48, 64, 4]);
await network.fit(images, truth, { epochs: 40, verbose: 0 });

// 3. Its output is what LICU takes: [height, width, 4] float32, background first.
const lesion = draw('melanoma', 'another');
const output = network.predict(toInput(lesion.image));
const maps = createClassMaps({ height: 48, width: 64 }, 4, await output.data());
const { mask, indexes, emptyMask } = analyzeLesion(maps);
const agree = mask.data.reduce((sum, value, i) => sum + Number(value === lesion.mask.data[i]), 0);
console.log(`pixels as drawn: ${Math.round((100 * agree) / mask.size)} %, empty: ${emptyMask}`);
console.log(
  'indexes sum to',
  Object.values(indexes)
    .reduce((sum, index) => sum + index)
    .toFixed(3),
);
