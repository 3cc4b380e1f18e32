import { contiguousData, createLabelMap, createRgbImage, resizeImage } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { extractPatches, regionProperties } from './index.js';

const image = createRgbImage(
  { height: 2, width: 4 },
  Uint8Array.from({ length: 24 }, (_, i) => 10 * i),
);
const labels = createLabelMap({ height: 2, width: 4 }, Int32Array.of(0, 0, 1, 1, 0, 3, 3, 1));

describe('extractPatches', () => {
  it('cuts the bounding box with the neighbours in it', () => {
    const patches = extractPatches(image, labels, { size: 2 });
    expect(patches.count).toBe(3);
    expect(patches.size).toBe(2);
    expect([...patches.labels]).toEqual([0, 1, 3]);
    expect(patches.data.length).toBe(3 * 2 * 2 * 3);
    // Box of label 1: columns 2 and 3 of both rows, one pixel of it label 3's.
    expect([...patches.data.subarray(12, 24)]).toEqual([
      60, 70, 80, 90, 100, 110, 180, 190, 200, 210, 220, 230,
    ]);
  });

  it("stretches the box by the project's own resampler", () => {
    const patches = extractPatches(image, labels);
    expect(patches.size).toBe(56);
    // Box of label 3: columns 1 and 2 of row 1.
    const crop = createRgbImage({ height: 1, width: 2 }, Uint8Array.of(150, 160, 170, 180, 190, 200));
    expect(patches.data.subarray(2 * 56 * 56 * 3)).toEqual(
      contiguousData(resizeImage(crop, { height: 56, width: 56 })),
    );
  });

  it('takes some regions in any order, and views', () => {
    const all = regionProperties(labels);
    const some = extractPatches(image, [all[2]!, all[0]!], { size: 3 });
    expect([...some.labels]).toEqual([3, 0]);
    const turned = extractPatches(image.transpose(1, 0, 2), labels.transpose(1, 0), { size: 3 });
    const straight = extractPatches(image, labels, { size: 3 });
    for (let patch = 0; patch < 3; patch++) {
      for (let y = 0; y < 3; y++) {
        for (let x = 0; x < 3; x++) {
          expect(turned.data[((patch * 3 + x) * 3 + y) * 3]).toBe(
            straight.data[((patch * 3 + y) * 3 + x) * 3],
          );
        }
      }
    }
    expect(extractPatches(image, [])).toEqual({
      data: new Uint8Array(0),
      count: 0,
      size: 56,
      labels: new Int32Array(0),
    });
  });

  it('refuses labels of another image', () => {
    expect(() => extractPatches(image, createLabelMap({ height: 2, width: 3 }))).toThrow(
      'labels: labels has another size than image; got 3x2; expected 4x2 (width x height)',
    );
    const foreign = regionProperties(createLabelMap({ height: 3, width: 3 }));
    expect(() => extractPatches(image, foreign)).toThrow(
      "regions[0]: the box of a region reaches beyond the image; got rows 0 to 3, columns 0 to 3; expected a box within 4x2 pixels. Take the regions of this image's own label map.",
    );
    expect(() => extractPatches(image, labels, { size: 0 })).toThrow('size: out of range; got 0');
  });
});
