// Initialising from a ResNet-50 in Keras's layout, here a narrow one with random weights, in both of the
// ways in which Keras has named its layers.
import { SeededRandom } from '@lesion/core';
import { weightsHash } from '@lesion/test-support';
import { dispose, div, mul, reverse, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { randomImages } from '../test/support.js';
import { buildFcrn, FCRN_INPUT, type FcrnOptions, initializeFromResNet50 } from './index.js';

const WIDTH = 1 / 16;

interface Naming {
  convolution(stage: number, block: number, part: number): string;
  normalization(stage: number, block: number, part: number): string;
  stem: [string, string];
  epsilon: number;
}

const letter = (index: number) => 'abcdefgh'[index - 1]!;
const branch = (part: number) => (part === 0 ? 'branch1' : `branch2${letter(part)}`);

const KERAS: Naming = {
  stem: ['conv1_conv', 'conv1_bn'],
  convolution: (stage, block, part) => `conv${stage}_block${block}_${part}_conv`,
  normalization: (stage, block, part) => `conv${stage}_block${block}_${part}_bn`,
  epsilon: 1.001e-5,
};
const OLDER_KERAS: Naming = {
  stem: ['conv1', 'bn_conv1'],
  convolution: (stage, block, part) => `res${stage}${letter(block)}_${branch(part)}`,
  normalization: (stage, block, part) => `bn${stage}${letter(block)}_${branch(part)}`,
  epsilon: 1e-3,
};

/** A ResNet-50 as Keras builds it: biased convolutions, the stride in the first 1x1, layers named by its scheme. */
function kerasResNet50(naming: Naming, width = WIDTH): LayersModel {
  const image = input({ shape: [null, null, 3] });
  const to = (
    layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown },
    x: SymbolicTensor | SymbolicTensor[],
  ) => layer.apply(x) as SymbolicTensor;
  const relu = (x: SymbolicTensor) => to(layers.reLU({}), x);
  const normalized = (
    x: SymbolicTensor,
    names: [string, string],
    filters: number,
    kernelSize: number,
    strides = 1,
  ) => {
    const padding = kernelSize === 3 ? 'same' : 'valid';
    const convolved = to(
      layers.conv2d({ name: names[0], filters, kernelSize, strides, padding, kernelInitializer: 'zeros' }),
      x,
    );
    return to(layers.batchNormalization({ name: names[1], epsilon: naming.epsilon }), convolved);
  };
  let x = relu(normalized(to(layers.zeroPadding2d({ padding: 3 }), image), naming.stem, 64 * width, 7, 2));
  x = to(layers.maxPooling2d({ poolSize: 3, strides: 2 }), to(layers.zeroPadding2d({ padding: 1 }), x));
  for (const [index, count] of [3, 4, 6, 3].entries()) {
    const [stage, inner] = [index + 2, 64 * 2 ** index * width];
    for (let block = 1; block <= count; block++) {
      const names = (part: number): [string, string] => [
        naming.convolution(stage, block, part),
        naming.normalization(stage, block, part),
      ];
      const stride = block === 1 && index > 0 ? 2 : 1;
      const around = block === 1 ? normalized(x, names(0), 4 * inner, 1, stride) : x;
      const reduced = relu(normalized(x, names(1), inner, 1, stride));
      const expanded = normalized(relu(normalized(reduced, names(2), inner, 3)), names(3), 4 * inner, 1);
      x = relu(to(layers.add({}), [expanded, around]));
    }
  }
  const source = model({ inputs: image, outputs: x });
  const random = new SeededRandom(21);
  for (const layer of source.layers) {
    const current = layer.getWeights();
    const fresh = current.map(({ shape }, index) => {
      const kernel = shape.length === 4;
      const deviation = kernel ? Math.sqrt(2 / (shape[0]! * shape[1]! * shape[2]!)) : 0.2;
      // Gamma and the moving variance lie around 1, the variance also near 0, where epsilon matters.
      const centre = !kernel && current.length === 4 && index % 3 === 0 ? 1 : 0;
      const length = shape.reduce((a, b) => a * b, 1);
      return tensor(
        Float32Array.from({ length }, (_, i) =>
          current.length === 4 && index === 3 && i === 0 ? 2e-4 : centre + deviation * random.normal(),
        ),
        shape,
      );
    });
    layer.setWeights(fresh);
    dispose(fresh);
  }
  return source;
}

function deepFeatures(network: LayersModel): LayersModel {
  return model({
    inputs: network.inputs,
    outputs: network.getLayer('conv5_3_relu').output as SymbolicTensor,
  });
}

describe.each([
  { keras: 'today', naming: KERAS },
  { keras: 'older versions', naming: OLDER_KERAS },
])('a source named as in Keras of $keras', ({ naming }) => {
  it.each([
    { name: 'FCRN-50', options: { depth: 50 }, copied: 53, silenced: 0, kept: 3 },
    { name: 'FCRN-88', options: { depth: 88 }, copied: 53, silenced: 13, kept: 3 + 26 },
    { name: 'FCRN-101', options: { depth: 101 }, copied: 53, silenced: 17, kept: 3 + 34 },
  ] as { name: string; options: FcrnOptions; copied: number; silenced: number; kept: number }[])(
    'makes $name compute the same features',
    ({ options, copied, silenced, kept }) => {
      const source = kerasResNet50(naming);
      const network = buildFcrn({ ...options, width: WIDTH, batchNormEpsilon: 1e-3 });
      const report = initializeFromResNet50(network, source);
      expect([report.copied.length, report.silenced.length, report.kept.length]).toEqual([
        copied,
        silenced,
        kept,
      ]);
      tidy(() => {
        const images = randomImages([2, 64, 96, 3]); // normalised RGB
        const bytesLessMean = reverse(div(images, FCRN_INPUT.scale), 3); // BGR, as Caffe's models want it
        const expected = Array.from((source.predict(bytesLessMean) as Tensor).dataSync());
        const largest = expected.reduce((a, b) => Math.max(a, b), 0);
        expect(largest).toBeGreaterThan(0);
        expect((deepFeatures(network).predict(images) as Tensor).dataSync()).toBeAllClose(
          expected,
          1e-4 * largest,
        );
      });
      network.dispose();
      source.dispose();
    },
  );
});

it('takes a source of another channel order and scale', () => {
  const source = kerasResNet50(KERAS);
  const network = buildFcrn({ depth: 50, width: WIDTH });
  initializeFromResNet50(network, source, { channelOrder: 'rgb', scale: 1 / 128 });
  tidy(() => {
    const images = randomImages([1, 64, 64, 3]);
    const expected = Array.from((source.predict(mul(images, 1 / 2)) as Tensor).dataSync());
    const largest = expected.reduce((a, b) => Math.max(a, b), 0);
    expect((deepFeatures(network).predict(images) as Tensor).dataSync()).toBeAllClose(
      expected,
      1e-4 * largest,
    );
  });
  network.dispose();
  source.dispose();
});

it('silences the outer projections where the inner shortcuts do the work', () => {
  const source = kerasResNet50(KERAS);
  const network = buildFcrn({ depth: 88, width: WIDTH, innerShortcuts: 'both' });
  const { copied, silenced } = initializeFromResNet50(network, source);
  expect(copied).toContain('conv3_1a_projection');
  expect(silenced).toContain('conv3_1_projection');
  const gamma = network.getLayer('conv3_1_projection_bn').getWeights()[0]!.dataSync();
  expect(gamma.every((value) => value === 0)).toBe(true);
  network.dispose();
  source.dispose();
});

describe('refusals', () => {
  it('leave the network as it was', () => {
    const source = kerasResNet50(KERAS, 1 / 32);
    const network = buildFcrn({ depth: 50, width: WIDTH });
    const before = weightsHash(network);
    expect(() => initializeFromResNet50(network, source)).toThrow(
      'source layer conv1_conv: a kernel does not fit conv1; got [7, 7, 3, 2]; expected [7, 7, 3, 4]. ' +
        'Build the network with width 1, and load the original ResNet-50.',
    );
    expect(weightsHash(network)).toBe(before);
    network.dispose();
    source.dispose();
  });

  it('name what is not a ResNet-50 or not an FCRN', () => {
    const network = buildFcrn({ depth: 50, width: WIDTH });
    const source = kerasResNet50(KERAS);
    expect(() => initializeFromResNet50(network, network)).toThrow(
      'source: not a Keras ResNet-50; got layers image, padding, conv1_padding, ...; ' +
        'expected layers named conv1_conv and conv1_bn, or conv1 and bn_conv1',
    );
    expect(() => initializeFromResNet50(source, source)).toThrow(
      /^model: not a network of buildFcrn; got layers /,
    );
    network.dispose();
    source.dispose();
  });
});
