import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTensors, encodeTensors } from './safetensors.js';

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
