// export.mjs: writes a tfjs-layers model as an ONNX file and runs that in ONNX Runtime
import '@tensorflow/tfjs-backend-cpu';
import { writeFile } from 'node:fs/promises';
import { exportOnnx } from '@lesion/onnx';
import { randomUniform } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';

// Any tfjs-layers model; load yours by loadLayersModel. Here: a residual block and class maps.
const image = input({ shape: [32, 32, 3] });
const stem = layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(image);
const branch = layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same' }).apply(stem);
const sum = layers.reLU().apply(layers.add().apply([stem, layers.batchNormalization().apply(branch)]));
const maps = layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax' }).apply(sum);
const network = model({ inputs: image, outputs: maps });

const options = { outputNames: ['probabilities'], metadata: { classNames: ['a', 'b', 'c'] } };
await writeFile('model.onnx', await exportOnnx(network, options));
await writeFile('model-nchw.onnx', await exportOnnx(network, { ...options, inputLayout: 'nchw' }));

// The same image through both.
const pixels = randomUniform([1, 32, 32, 3], 0, 1, 'float32', 1);
const expected = await network.predict(pixels).data();
const session = await InferenceSession.create('model.onnx');
const feeds = { [session.inputNames[0]]: new Tensor('float32', await pixels.data(), [1, 32, 32, 3]) };
const { probabilities } = await session.run(feeds);
const gap = Math.max(...expected.map((value, i) => Math.abs(value - probabilities.data[i])));
console.log(`input ${session.inputMetadata[0].shape.join('x')}, output ${probabilities.dims.join('x')}`);
console.log(gap < 1e-5 ? 'tfjs and ONNX Runtime agree' : `they differ by ${gap}`);
