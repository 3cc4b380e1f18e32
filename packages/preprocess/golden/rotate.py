"""Writes rotate.json: a small random image turned by SciPy, and turned, cropped and enlarged.

Run with: python3 packages/preprocess/golden/rotate.py
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import ndimage

rng = np.random.default_rng(2017)
image = rng.integers(0, 256, (11, 14, 3), dtype=np.uint8)
height, width = image.shape[:2]


def sample(degrees, size, scale):
    """Bilinear samples, as floats, on a grid turned counter-clockwise about the centre."""
    angle = np.deg2rad(degrees)
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    down = y - (size[0] - 1) / 2
    right = x - (size[1] - 1) / 2
    rows = (height - 1) / 2 + scale * (np.sin(angle) * right + np.cos(angle) * down)
    columns = (width - 1) / 2 + scale * (np.cos(angle) * right - np.sin(angle) * down)
    planes = [
        ndimage.map_coordinates(image[..., c].astype(float), [rows, columns], order=1, mode="reflect")
        for c in range(3)
    ]
    return np.stack(planes, axis=2)


def same_size(degrees):
    planes = [
        ndimage.rotate(image[..., c].astype(float), degrees, reshape=False, order=1, mode="reflect")
        for c in range(3)
    ]
    return np.stack(planes, axis=2)


numbers = lambda a: [round(float(v), 4) for v in a.ravel()]
out = {
    "scipy": scipy.__version__,
    "height": height,
    "width": width,
    "image": image.ravel().tolist(),
    "rotated": [
        {"degrees": d, "expected": numbers(same_size(d))} for d in (18, 45, 90, 123.4, 180, -30)
    ],
    # 0.9 of the short side enlarged to 20 pixels.
    "crops": [
        {"degrees": d, "size": 20, "fraction": 0.9, "expected": numbers(sample(d, (20, 20), height * 0.9 / 20))}
        for d in (0, 36, 225)
    ],
}
pathlib.Path(__file__).with_name("rotate.json").write_text(json.dumps(out) + "\n")
