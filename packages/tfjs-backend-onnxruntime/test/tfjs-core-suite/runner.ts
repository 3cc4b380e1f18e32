/**
 * What runs in a process of its own: tfjs-core's tests under Jasmine, on this backend. Bundled together
 * with tfjs-core, so that there is one copy of it; see bundle.ts.
 */
import { writeFileSync } from 'node:fs';
import { engine } from '@tensorflow/tfjs-core';
import jasmineCore from 'jasmine-core';
import { BACKEND_NAME, configureOnnxRuntime } from '../../src/index.js';
import type { KernelUse, SpecResult } from './results.js';

interface Spec {
  id: string;
}

interface SpecReport {
  id: string;
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}

interface Jasmine {
  getEnv(): {
    configure(settings: { random: boolean }): void;
    addReporter(reporter: { specDone(report: SpecReport): void; jasmineDone(): void }): void;
    execute(): void;
  };
}

type Declare = (...parameters: unknown[]) => Spec;

let currentFile = '';
const fileOf = new Map<string, string>();

/** Puts Jasmine's functions in place; tests declared from now on belong to the file last begun. */
export function install(): void {
  // Thousands of tiny graphs: starting a second thread for each takes longer than computing it.
  configureOnnxRuntime({ threads: 1 });
  const jasmine = jasmineCore.boot() as Jasmine;
  (globalThis as { jasmine?: Jasmine }).jasmine = jasmine;
  const scope = globalThis as unknown as { it: Declare };
  const declare = scope.it;
  scope.it = (...parameters) => {
    const spec = declare(...parameters);
    fileOf.set(spec.id, currentFile);
    return spec;
  };
}

export function beginFile(file: string): void {
  currentFile = file;
}

/** How tfjs-core's tests know a backend. */
export const testEnvironment = { name: BACKEND_NAME, backendName: BACKEND_NAME, isDataSync: true };

/** Notes each kernel that a test asks for. */
function watchKernels(used: Set<string>): void {
  const prototype = Object.getPrototypeOf(engine()) as {
    runKernel(this: { backendName: string }, kernelName: string, ...rest: unknown[]): unknown;
  };
  const { runKernel } = prototype;
  prototype.runKernel = function (kernelName, ...rest) {
    if (this.backendName === BACKEND_NAME) used.add(kernelName);
    return runKernel.call(this, kernelName, ...rest);
  };
}

/** Runs everything that was declared and writes `{ specs, kernels }` as JSON. */
export function execute(resultFile: string): void {
  const { jasmine } = globalThis as unknown as { jasmine: Jasmine };
  const specs: SpecResult[] = [];
  const kernels: KernelUse = {};
  const used = new Set<string>();
  watchKernels(used);
  const environment = jasmine.getEnv();
  environment.configure({ random: false });
  environment.addReporter({
    specDone({ id, fullName, status, failedExpectations }) {
      const file = fileOf.get(id) ?? '';
      specs.push({
        file,
        name: fullName.replace(` ${BACKEND_NAME} {}`, ''),
        status,
        message: failedExpectations[0]?.message ?? '',
      });
      if (status === 'passed') {
        for (const kernel of used) {
          kernels[kernel] ??= {};
          kernels[kernel][file] = (kernels[kernel][file] ?? 0) + 1;
        }
      }
      used.clear();
    },
    jasmineDone() {
      writeFileSync(resultFile, JSON.stringify({ specs, kernels }));
    },
  });
  environment.execute();
}
