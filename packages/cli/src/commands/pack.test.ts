// What packing says.
import { expect, it } from 'vitest';
import { describePacking } from './pack.js';

it('tells sizes and errors as people read them', () => {
  const network = {
    name: 'dr',
    precision: 'int8',
    bytesBefore: 126_610_888,
    bytesAfter: 32_375_000,
    largestError: 0.003937,
    rootMeanSquareError: 0.0067,
  } as const;
  expect(describePacking(network)).toBe(
    "dr: int8, 121 MiB before, 30.9 MiB now; weights moved by 0.67 % (root mean square), at most 0.39 % of a kernel's largest",
  );
});
