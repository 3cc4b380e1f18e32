/** A layers model as its ONNX export in ONNX Runtime, the way predictions are made. */
import { registerFcrnOnnxLayers } from '@lesion/fcrn';
import { exportOnnx } from '@lesion/onnx';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Batch, inputShape } from './network-steps.js';
import type { NetworkWork } from './work.js';

export class OnnxPredictor {
  readonly #session: InferenceSession;
  readonly #work: NetworkWork;

  private constructor(session: InferenceSession, work: NetworkWork) {
    this.#session = session;
    this.#work = work;
  }

  static async create(model: LayersModel, work: NetworkWork): Promise<OnnxPredictor> {
    registerFcrnOnnxLayers();
    const file = await exportOnnx(model);
    const session = await InferenceSession.create(file, { intraOpNumThreads: work.threads });
    return new OnnxPredictor(session, work);
  }

  /** @returns the first output */
  async step({ inputs }: Batch): Promise<number> {
    const { inputNames, outputNames } = this.#session;
    const output = await this.#session.run({
      [inputNames[0]!]: new Tensor('float32', inputs, inputShape(this.#work)),
    });
    return (output[outputNames[0]!]!.data as Float32Array)[0]!;
  }
}
