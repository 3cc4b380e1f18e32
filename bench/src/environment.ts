/** On what a result was measured. */

import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Capacity } from './capacity.js';
import { type InputOrigin, inputOrigin } from './inputs.js';

export interface Environment {
  date: string;
  cpu: string;
  /** Processors that this process may use, and threads that either side was given. */
  processors: number;
  threads: number;
  memoryGigabytes: number;
  /** How busy the machine was at the start: the mean of runnable processes over one minute. */
  loadAtStart: number;
  system: string;
  versions: Record<string, string>;
  /** What the machine can do at most, where limits were wanted. */
  capacity?: Capacity;
  /** Whether photographs were real or drawn. */
  photographs: InputOrigin;
  /** What the command was given. */
  arguments: readonly string[];
}

const PACKAGES = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-webgpu',
  'onnxruntime-node',
  'webgpu',
] as const;

function versionOf(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    // Not installed, or it does not show its package.json.
    return undefined;
  }
}

/**
 * @param more versions that only the workers know, such as the peer's
 */
export function describeEnvironment(
  threads: number,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  capacity?: Capacity,
): Environment {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of PACKAGES) {
    const version = versionOf(name);
    if (version !== undefined) versions[name] = version;
  }
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    threads,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    loadAtStart: loadavg()[0]!,
    system: `${process.platform} ${release()} ${process.arch}`,
    versions: { ...versions, ...more },
    ...(capacity === undefined ? {} : { capacity }),
    photographs: inputOrigin,
    arguments: args,
  };
}
