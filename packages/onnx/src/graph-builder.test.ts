// Graphs built by hand, run and read again.
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openSession } from '../test/support.js';
import { GraphBuilder } from './graph-builder.js';

async function compute(file: Uint8Array, x: number[]): Promise<Record<string, number[]>> {
  const session = await openSession(file);
  const results = await session.run({ x: new Tensor('float32', Float32Array.from(x), [x.length]) });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

function occurrences(file: Uint8Array, text: string): number {
  return Buffer.from(file).toString('latin1').split(text).length - 1;
}

describe('GraphBuilder', () => {
  it('writes a model that computes', async () => {
    const graph = new GraphBuilder({ name: 'twice' });
    const x = graph.input('x', 'float32', ['n']);
    const two = graph.constant('float32', [], Float32Array.of(2));
    graph.output('y', graph.node('Mul', [x, two]), 'float32', ['n']);
    expect(graph.nodeCount).toBe(2);
    expect(await compute(graph.encode(), [1, 2, 3])).toEqual({ y: [2, 4, 6] });
  });

  it('makes constants when the file is written, if they come as functions', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', ['n']);
    let calls = 0;
    const numbers = graph.constant('float32', [3], () => {
      calls++;
      return Float32Array.of(1, 2, 3);
    });
    graph.output('y', graph.node('Add', [x, numbers]), 'float32', ['n']);
    expect(calls).toBe(0);
    const file = graph.encode();
    expect(calls).toBe(1);
    expect(await compute(file, [1, 1, 1])).toEqual({ y: [2, 3, 4] });
  });

  it('stores equal small constants once, and tells 0 from -0', () => {
    const graph = new GraphBuilder();
    expect(graph.scalar(0.5)).toBe(graph.scalar(0.5));
    expect(graph.int64([1, 2])).toBe(graph.int64([1, 2]));
    expect(graph.scalar(0)).not.toBe(graph.scalar(-0));
    expect(graph.constant('float32', [1], Float32Array.of(0.5))).not.toBe(graph.scalar(0.5));
  });

  it('gives no value a name that is reserved, and an output its own name', async () => {
    const graph = new GraphBuilder();
    for (const name of ['c0', 'v1', 'v2']) graph.reserve(name);
    const x = graph.input('x', 'float32', ['n']);
    const sum = graph.node('Add', [x, graph.scalar(1)]);
    expect(sum).toBe('v3');
    graph.output('v1', sum, 'float32', ['n']);
    expect(graph.output(sum, sum, 'float32', ['n'])).toBe(sum);
    expect(await compute(graph.encode(), [1])).toEqual({ v1: [2], v3: [2] });
  });

  it('writes names of scopes, metadata and constants of all types', async () => {
    const graph = new GraphBuilder({ metadata: { author: 'Ada' } });
    const x = graph.input('x', 'float32', ['n']);
    graph.scope = 'mask';
    const mask = graph.constant('bool', [2], Uint8Array.of(1, 0));
    const whole = graph.node('Cast', [graph.constant('int32', [2], Int32Array.of(7, -7))], { to: 1 });
    graph.output('y', graph.node('Where', [mask, x, whole]), 'float32', ['n']);
    const file = graph.encode();
    expect(occurrences(file, 'mask/Where_v')).toBe(1);
    expect(occurrences(file, 'Ada')).toBe(1);
    expect(await compute(file, [1, 2])).toEqual({ y: [1, -7] });
  });

  it('refuses a constant whose elements do not fill its dimensions', () => {
    const graph = new GraphBuilder();
    graph.constant('float32', [2, 2], Float32Array.of(1, 2, 3));
    expect(() => graph.encode()).toThrow(
      'c0: a constant has another number of elements than its dimensions say; got 3 elements; expected float32 [2, 2]',
    );
  });

  it('refuses a model that no file can hold', () => {
    const graph = new GraphBuilder({ name: 'large' });
    const never = (): never => expect.unreachable();
    graph.constant('float32', [2 ** 28], never);
    graph.constant('float32', [2 ** 28], never);
    expect(() => graph.encode()).toThrow(
      /^large: the model is too large for one ONNX file; got 2147483\d+ bytes/,
    );
  });
});
