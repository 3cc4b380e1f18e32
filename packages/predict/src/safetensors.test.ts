import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARRAY_PRECISIONS } from './array-precision.js';
import { decodeTensors, encodeTensors, type StoredArray } from './safetensors.js';

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

/** Reads a file by the format's description and nothing else; prints each array's type, shape and numbers. */
const READ_IN_PYTHON = `
import json, struct, sys
import numpy
data = open(sys.argv[1], 'rb').read()
(length,) = struct.unpack('<Q', data[:8])
header = json.loads(data[8:8 + length])
metadata = header.pop('__metadata__')
types = {'F32': '<f4', 'F16': '<f2', 'I8': 'i1'}
arrays = {}
for name, entry in header.items():
    begin, end = entry['data_offsets']
    values = numpy.frombuffer(data, types[entry['dtype']], offset=8 + length + begin, count=numpy.prod(entry['shape'], dtype=int))
    assert values.nbytes == end - begin and begin % values.itemsize == 0, name
    arrays[name] = values.reshape(entry['shape'])
for name in [name for name in arrays if name + ':scale' in arrays]:
    arrays[name] = arrays[name].astype('f4') * arrays.pop(name + ':scale')
assert sum(entry['data_offsets'][1] - entry['data_offsets'][0] for entry in header.values()) == len(data) - 8 - length
print(json.dumps({'metadata': metadata, 'arrays': {name: [list(a.shape), a.astype('f8').ravel().tolist()] for name, a in arrays.items()}}))
`;

/** As weights are called: `conv1/kernel`. */
const name = fc.stringMatching(/^[a-z][a-z0-9_/]*$/);

describe('safetensors', () => {
  it('keeps names, shapes, bits and metadata', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.array(fc.float())), { selector: ([key]) => key }),
        fc.dictionary(name, fc.string(), { noNullPrototype: true }),
        (entries, metadata) => {
          const arrays = entries.map(([name, values]) => ({
            name,
            shape: [values.length, 1],
            data: Float32Array.from(values),
          }));
          const read = decodeTensors(encodeTensors(arrays, metadata), 'memory');
          expect([...read.arrays.values()]).toEqual(arrays);
          expect(read.metadata).toEqual(metadata);
        },
      ),
    );
  });

  it('lays the file out as the format says', () => {
    const bytes = Buffer.from(encodeTensors([{ name: 'w', shape: [2], data: Float32Array.of(1, -2) }]));
    const headerLength = Number(bytes.readBigUInt64LE(0));
    expect(headerLength % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + headerLength))).toEqual({
      __metadata__: {},
      w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(bytes.readFloatLE(8 + headerLength + 4)).toBe(-2);
  });

  const mixed: StoredArray[] = [
    { name: 'a/kernel', shape: [1, 3, 2], data: Float32Array.of(127, 1, -3, 0.25, 4, -1), precision: 'int8' },
    { name: 'a/bias', shape: [1], data: Float32Array.of(0.1) },
    { name: 'b/kernel', shape: [1, 1], data: Float32Array.of(0.5), precision: 'float16' },
  ];

  it('lays values of fewer bytes behind the others, each aligned, in the order of names', () => {
    const bytes = Buffer.from(encodeTensors(mixed));
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as object;
    expect(header).toEqual({
      __metadata__: {},
      'a/kernel': { dtype: 'I8', shape: [1, 3, 2], data_offsets: [14, 20] },
      'a/kernel:scale': { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      'a/bias': { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
      'b/kernel': { dtype: 'F16', shape: [1, 1], data_offsets: [12, 14] },
    });
    expect(bytes.length).toBe(8 + headerLength + 20);
    expect(bytes.readInt8(8 + headerLength + 14)).toBe(127);
    const { arrays } = decodeTensors(bytes, 'memory');
    expect([...arrays.keys()]).toEqual(['a/kernel', 'a/bias', 'b/kernel']);
    expect(arrays.get('a/kernel')!.data).toBeAllClose([127, 1, -3, 0.25, 4, -1], 0.5 / 127);
    expect([...arrays.get('b/kernel')!.data]).toEqual([0.5]);
  });

  it('gives arrays of any precision back as float32, at any place in memory', () => {
    const stored = fc.record({
      name,
      precision: fc.constantFrom(...ARRAY_PRECISIONS),
      values: fc.array(fc.float({ min: -60000, max: 60000, noNaN: true })),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(stored, { selector: (array) => array.name }),
        fc.nat(7),
        (entries, displacement) => {
          const arrays = entries.map(({ name, precision, values }) => ({
            name,
            precision,
            shape: [values.length, 1],
            data: Float32Array.from(values),
          }));
          const whole = encodeTensors(arrays);
          const moved = new Uint8Array(whole.length + displacement).subarray(displacement);
          moved.set(whole);
          const read = decodeTensors(moved, 'memory').arrays;
          expect([...read.keys()]).toEqual(arrays.map((array) => array.name));
          for (const { name, precision, shape, data } of arrays) {
            const again = read.get(name)!;
            expect(again.shape).toEqual(shape);
            if (precision === 'float32') expect(again.data).toEqual(data);
            const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            data.forEach((value, i) => {
              const bound =
                precision === 'int8' ? largest / 254 : Math.max(Math.abs(value) * 2 ** -11, 2 ** -25);
              expect(Math.abs(again.data[i]! - value)).toBeLessThanOrEqual(bound * (1 + 1e-6) + 2 ** -127);
            });
          }
        },
      ),
    );
  });

  it.skipIf(!hasNumpy)('is read by Python with the same numbers (needs numpy)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lesion-safetensors-'));
    try {
      const path = join(folder, 'w.safetensors');
      const bytes = encodeTensors(mixed, { why: 'test' });
      writeFileSync(path, bytes);
      const printed = execFileSync('python3', ['-c', READ_IN_PYTHON, path], { encoding: 'utf8' });
      const { arrays, metadata } = decodeTensors(bytes, path);
      expect(JSON.parse(printed)).toEqual({
        metadata,
        arrays: Object.fromEntries(
          [...arrays].map(([name, { shape, data }]) => [name, [shape, Array.from(data)]]),
        ),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses values that do not fit fewer bytes', () => {
    for (const precision of ['float16', 'int8'] as const) {
      const array = { name: 'w', shape: [2], data: Float32Array.of(1, Number.NaN), precision };
      expect(() => encodeTensors([array])).toThrow(
        'w: holds a value that is not finite; got NaN at index 1 of 2',
      );
    }
  });

  it('refuses steps without their scale', () => {
    const text = Buffer.from(encodeTensors(mixed)).toString('latin1');
    for (const [from, to] of [
      ['a/kernel:scale', 'a/kernel_scale'],
      ['"shape":[2],"data_offsets":[0,8]', '"shape":[1],"data_offsets":[0,4]'],
    ] as const) {
      expect(text).toContain(from);
      expect(() => decodeTensors(Buffer.from(text.replace(from, to), 'latin1'), 'a')).toThrow(
        'the array a/kernel has no scale for each of its channels',
      );
    }
  });

  it('refuses damaged files by name', () => {
    const whole = encodeTensors([{ name: 'w', shape: [2], data: Float32Array.of(1, 2) }]);
    expect(() => decodeTensors(whole.subarray(0, 5), 'a.safetensors')).toThrow(
      'a.safetensors: not a whole safetensors file: 5 bytes',
    );
    expect(() => decodeTensors(whole.subarray(0, 20), 'a')).toThrow('it ends inside its header');
    expect(() => decodeTensors(whole.subarray(0, whole.length - 1), 'a')).toThrow(
      'the array w does not fit its place',
    );
    const scrambled = whole.slice();
    scrambled[9] = 0x21;
    expect(() => decodeTensors(scrambled, 'a')).toThrow('its header cannot be read');
  });
});
