/** ONNX Runtime, imported only when a prediction first wants it. */
import { availableParallelism } from 'node:os';
import type * as OnnxRuntime from 'onnxruntime-node';

/** Whether exported networks can run here. */
export type OnnxRuntimeReport =
  | { available: true /** Version and threads, for people. */; detail: string }
  | { available: false /** Why not, in one line. */; reason: string };

/** Imports the package; the error says in one line why it does not load. */
export async function importOnnxRuntime(): Promise<typeof OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
    const missing = /cannot find (package|module)/i.test(message) && message.includes("'onnxruntime-node'");
    throw new Error(
      missing ? 'onnxruntime-node is not installed' : `onnxruntime-node does not load: ${message}`,
    );
  }
}

/** As many as the machine runs at once. */
export const defaultThreads: () => number = availableParallelism;

/**
 * Whether exported networks can run here, and on what; for a program that tells its user.
 *
 * @example
 * ```ts
 * const report = await inspectOnnxRuntime();
 * console.log(report.available ? report.detail : report.reason);
 * ```
 */
export async function inspectOnnxRuntime(): Promise<OnnxRuntimeReport> {
  try {
    const { env } = await importOnnxRuntime();
    const threads = defaultThreads();
    return {
      available: true,
      detail: `ONNX Runtime ${env.versions.node ?? env.versions.common}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    };
  } catch (error) {
    return { available: false, reason: (error as Error).message };
  }
}
