/** The networks of a bundle as ONNX files, with all that a program needs to know to use them. */

import { assertOneOf, type InputNormalization, resolveOptions } from '@lesion/core';
import { registerFcrnOnnxLayers } from '@lesion/fcrn';
import { exportOnnx, type OnnxLayout, type OnnxOpset } from '@lesion/onnx';
import { bundleNetworks, LFN_PATCH_SIZE } from '@lesion/predict';
import { readBundle, useEngine } from '@lesion/predict/node';

/** Options of {@link exportBundle}. */
export interface ExportBundleOptions {
  /** Only the network of this name: `dr` or `dm` of a LIN. @default all */
  network?: string | undefined;
  /** Version of ONNX's operator set. @default 18 */
  opset?: OnnxOpset | undefined;
  /** Layout of the images, and of the class maps. @default 'nhwc' */
  layout?: OnnxLayout | undefined;
}

/** How bytes become the input, as it stands in the file's metadata. */
export interface OnnxPreprocessing extends InputNormalization {
  /** `(byte - mean[channel]) * scale`. */
  formula: string;
  layout: OnnxLayout;
}

/** One network as a file. */
export interface ExportedFile {
  kind: 'lin' | 'lfn';
  /** How many networks the call writes. */
  count: number;
  /** `dr`, `dm`, `lfn`. */
  network: string;
  /** The bytes of the `.onnx` file. */
  file: Uint8Array<ArrayBuffer>;
  /** The names of the output's channels, in order. */
  classes: string[];
  preprocessing: OnnxPreprocessing;
}

/**
 * Writes the networks of a bundle as ONNX files, one after the other.
 *
 * Each says in its metadata what it is: `class_names` (JSON list), `preprocessing` (JSON: `channelOrder`, `mean`,
 * `scale`, `formula`, `layout`), `input_size` (JSON: `height` and `width`, or `null` for any), `inference` (JSON: the
 * scales of a LIN) and `lesion` (JSON: kind, network, architecture, seed and fingerprint of the training data).
 *
 * @param folder a bundle, or the folder of the run that made it
 * @throws LesionError as readBundle; `INVALID_ARGUMENT` if the bundle has no such network
 * @example
 * ```ts
 * for await (const { network, file } of exportBundle('runs/lin')) await writeFile(`${network}.onnx`, file);
 * ```
 */
export async function* exportBundle(
  folder: string,
  options?: ExportBundleOptions,
): AsyncGenerator<ExportedFile, void, undefined> {
  const { network, opset, layout } = resolveOptions(
    options,
    { network: undefined, opset: 18, layout: 'nhwc' },
    'exportBundle',
  );
  const bundle = await readBundle(folder);
  const { kind, networks, normalization, classes, inference, training, data } = bundle.manifest;
  if (network !== undefined) {
    assertOneOf(
      network,
      networks.map(({ name }) => name),
      'network',
    );
  }
  registerFcrnOnnxLayers();
  await useEngine('for building');
  const preprocessing: OnnxPreprocessing = {
    ...normalization,
    formula: '(byte - mean[channel]) * scale',
    layout,
  };
  const chosen = bundleNetworks(bundle).filter(({ name }) => network === undefined || name === network);
  for (const { name, build } of chosen) {
    const { architecture } = networks.find((candidate) => candidate.name === name)!;
    const model = build();
    let file: Uint8Array<ArrayBuffer>;
    try {
      file = await exportOnnx(model, {
        opset,
        inputLayout: layout,
        metadata: {
          class_names: classes,
          preprocessing,
          input_size: kind === 'lfn' ? { height: LFN_PATCH_SIZE, width: LFN_PATCH_SIZE } : null,
          inference,
          lesion: {
            kind,
            network: name,
            architecture,
            seed: training.seed,
            dataFingerprint: data.fingerprint,
          },
        },
      });
    } finally {
      model.dispose();
    }
    yield { kind, count: chosen.length, network: name, file, classes, preprocessing };
  }
}
