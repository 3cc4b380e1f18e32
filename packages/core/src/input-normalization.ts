/** How the networks of all packages say what they expect as input; types alone. */

/** How an image's bytes become a network's input: `(byte - mean[channel]) * scale`. */
export interface InputNormalization {
  /** Order of the channels in the tensor and in `mean`. */
  channelOrder: 'rgb';
  /** Subtracted from each channel's value of 0 to 255. */
  mean: readonly [number, number, number];
  /** Multiplies the difference. */
  scale: number;
}
