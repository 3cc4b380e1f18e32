// Where networks are written.
import { expect, it } from 'vitest';
import { networkPath } from './export.js';

it('puts the name of each of several networks before the ending', () => {
  expect(networkPath('out/lin.onnx', 'dr', false)).toBe('out/lin-dr.onnx');
  expect(networkPath('v1.2/lin', 'dm', false)).toBe('v1.2/lin-dm');
  expect(networkPath('out/lin.onnx', 'dr', true)).toBe('out/lin.onnx');
});
