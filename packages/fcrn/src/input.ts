/** What the networks expect as input. */
import type { InputNormalization } from '@lesion/core';

/**
 * The input of every FCRN, whether initialised at random or from a Keras ResNet-50: RGB bytes less
 * ImageNet's mean colour, divided by 64.
 *
 * The mean is that of the Caffe models (Keras's `caffe` mode), so that a zero of the padding is the same
 * colour in both; the order of the channels and the factor are folded into the first convolution and its
 * normalisation by {@link initializeFromResNet50}. 64 is near ImageNet's standard deviation and, being a power of two,
 * changes no digit of a weight.
 */
export const FCRN_INPUT: InputNormalization = {
  channelOrder: 'rgb',
  mean: [123.68, 116.779, 103.939],
  scale: 1 / 64,
};
