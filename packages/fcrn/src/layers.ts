/**
 * The two layers that let a network of stride 32 take images of any size: padding before, cropping
 * after. Both are a plain `Pad` and `Slice` in ONNX. Leans on tfjs.
 */
import {
  pad,
  serialization as registry,
  type serialization,
  slice,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

type LayerConfig = ConstructorParameters<typeof layers.Layer>[0];
type Shape = (number | null)[];

function roundUp(extent: number, multiple: number): number {
  return Math.ceil(extent / multiple) * multiple;
}

/**
 * Pads `[n, height, width, c]` with zeros at the bottom and right until both are multiples of `multiple`.
 *
 * Zero is the mean colour of normalised input and what every convolution sees beyond its border; it
 * needs no kernel that an engine might lack (tfjs's gradient of mirror padding is wrong besides).
 */
export class PadToMultiple extends layers.Layer {
  static readonly className = 'LesionPadToMultiple';
  private readonly multiple: number;

  constructor(config: LayerConfig & { multiple: number }) {
    super(config);
    this.multiple = config.multiple;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [count, height, width, channels] = inputShape as Shape;
    const padded = (extent: number | null | undefined) =>
      extent === null || extent === undefined ? null : roundUp(extent, this.multiple);
    return [count ?? null, padded(height), padded(width), channels ?? null];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const image = (Array.isArray(inputs) ? inputs[0]! : inputs) as Tensor4D;
      const [, height, width] = image.shape;
      const bottom = roundUp(height, this.multiple) - height;
      const right = roundUp(width, this.multiple) - width;
      if (bottom === 0 && right === 0) return image;
      return pad(image, [
        [0, 0],
        [0, bottom],
        [0, right],
        [0, 0],
      ]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), multiple: this.multiple };
  }
}

/** Crops its first input at the bottom and right to the height and width of its second one. */
export class CropToReference extends layers.Layer {
  static readonly className = 'LesionCropToReference';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [maps, reference] = inputShape as Shape[];
    return [maps![0] ?? null, reference![1] ?? null, reference![2] ?? null, maps![3] ?? null];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [maps, reference] = inputs as [Tensor4D, Tensor4D];
      const [count, height, width, channels] = maps.shape;
      const [, toHeight, toWidth] = reference.shape;
      if (height === toHeight && width === toWidth) return maps;
      return slice(maps, [0, 0, 0, 0], [count, toHeight, toWidth, channels]);
    });
  }
}

/**
 * Makes the network's own layers known to tfjs, so that a model saved as JSON can be built again.
 * Calling it again does no harm; building a network does not need it.
 *
 * @example
 * ```ts
 * registerFcrnLayers();
 * const copy = await models.modelFromJSON(JSON.parse(model.toJSON() as string));
 * ```
 */
export function registerFcrnLayers(): void {
  registry.registerClass(PadToMultiple);
  registry.registerClass(CropToReference);
}
