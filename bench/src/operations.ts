/** How many multiplications and additions the networks take, counted from their tables: two for each weight of a sum. */
import { FCRN_STAGES, FCRN_STRIDE, type FcrnDepth } from '@lesion/fcrn';
import { LFN_WIDTHS, type LfnVariant } from '@lesion/lfn';

/** A convolution at the resolution of its result; biases, normalisation and ReLU are left out, being few. */
const convolution = (positions: number, size: number, inputs: number, outputs: number): number =>
  2 * positions * size * size * inputs * outputs;

/** Convolutions of a FCRN on an image; its score layers and deconvolutions are hundredths of a percent and left out. */
export function fcrnOperations(
  depth: FcrnDepth,
  width: number,
  size: { height: number; width: number },
): number {
  const positionsAt = (stride: number): number =>
    (Math.ceil(size.height / FCRN_STRIDE) * Math.ceil(size.width / FCRN_STRIDE) * FCRN_STRIDE ** 2) /
    stride ** 2;
  const scaled = (channels: number): number => Math.max(1, Math.round(channels * width));
  let channels = scaled(64);
  let total = convolution(positionsAt(2), 7, 3, channels);
  FCRN_STAGES[depth].forEach((stage, index) => {
    const positions = positionsAt(4 * 2 ** index);
    const [inner, outer] = [scaled(stage.width), scaled(stage.outputs ?? 4 * stage.width)];
    const branch = (inputs: number): number =>
      convolution(positions, 1, inputs, inner) +
      convolution(positions, 3, inner, inner) +
      convolution(positions, 1, inner, outer);
    for (let block = 0; block < stage.count; block++) {
      if (channels !== outer) total += convolution(positions, 1, channels, outer);
      total += branch(channels);
      if (stage.block === 'residual-in-residual') total += branch(outer);
      channels = outer;
    }
  });
  return total;
}

/** A LFN on one patch. */
export function lfnOperations(variant: LfnVariant, size = 56): number {
  const widths = LFN_WIDTHS[variant];
  let inputs = 3;
  let total = 0;
  widths.forEach((width, stage) => {
    const positions = (size / 2 ** stage) ** 2;
    total += convolution(positions, 3, inputs, width) + convolution(positions, 1, width, width);
    total += convolution(positions, 3, width, width);
    inputs = width;
  });
  return total + 2 * (inputs * 512 + 512 * 5);
}
