/** That tfjs has an engine to build networks on. */
import { LesionError } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';

/** @throws LesionError `ENGINE_UNAVAILABLE` if no backend of tfjs was imported, or none starts */
export async function engineReady(): Promise<void> {
  try {
    await tf.ready();
    // Without any backend, tfjs is ready too.
    tf.backend();
  } catch (cause) {
    throw new LesionError('ENGINE_UNAVAILABLE', {
      what: 'there is no backend to build networks on',
      where: 'tfjs',
      got: (cause instanceof Error ? cause.message : String(cause)).split('\n')[0],
      mend: "Import one and choose it, as import '@tensorflow/tfjs-backend-wasm' and await setBackend('wasm').",
      cause,
    });
  }
}
