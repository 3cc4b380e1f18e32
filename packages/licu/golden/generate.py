"""Writes golden.json beside this file: distance transforms, largest components and filled holes by scipy.

Run with scipy 1.10 and numpy 1.24: python3 packages/licu/golden/generate.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage

random = np.random.default_rng(20170)
CROSS = ndimage.generate_binary_structure(2, 1)
SQUARE = ndimage.generate_binary_structure(2, 2)


def rows(mask):
    return ["".join("1" if value else "." for value in row) for row in mask]


def blobs(height, width, share):
    """A smoothed random field above its quantile: connected shapes with holes and bays."""
    field = ndimage.gaussian_filter(random.standard_normal((height, width)), 1.2)
    return field > np.quantile(field, 1 - share)


def largest(mask, structure):
    labels, count = ndimage.label(mask, structure)
    if count == 0:
        return mask
    # argmax takes the first of equal areas; scipy numbers components row by row.
    areas = np.bincount(labels.ravel())[1:]
    return labels == 1 + np.argmax(areas)


def squared(mask):
    distance = ndimage.distance_transform_edt(mask)
    return np.rint(distance**2).astype(int)


def case(name, mask):
    framed = np.pad(mask, 1)
    return {
        "name": name,
        "mask": rows(mask),
        "squaredDistance": squared(mask).ravel().tolist(),
        "squaredDistanceFramed": squared(framed)[1:-1, 1:-1].ravel().tolist(),
        "largest4": rows(largest(mask, CROSS)),
        "largest8": rows(largest(mask, SQUARE)),
        # A hole of an 8-connected shape is 4-connected background, and the other way round.
        "filled8": rows(ndimage.binary_fill_holes(mask, CROSS)),
        "filled4": rows(ndimage.binary_fill_holes(mask, SQUARE)),
    }


noise = random.random((11, 17))
cases = [
    case("noise, half lesion", noise > 0.5),
    case("noise, mostly lesion", noise > 0.15),
    case("noise, mostly background", noise > 0.9),
    case("blobs", blobs(24, 31, 0.5)),
    case("blobs, mostly lesion", blobs(31, 24, 0.75)),
    case("one row", random.random((1, 40)) > 0.2),
    case("one column", random.random((40, 1)) > 0.2),
]
path = Path(__file__).with_name("golden.json")
path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
