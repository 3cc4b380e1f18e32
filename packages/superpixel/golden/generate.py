"""Writes slic.json, boundaries.json and opencv.json: reference values for small synthetic images.

Run with scikit-image 0.19.3, numpy 1.24 and OpenCV 4.6 with its contrib modules: python3 generate.py
"""
import base64
import json
import pathlib

import cv2
import numpy as np
import skimage
from scipy import ndimage
from skimage.segmentation import find_boundaries, slic

rng = np.random.default_rng(2017)


def texture(height, width, sigma):
    """Smooth blobs of colour with noise on top."""
    noise = rng.normal(size=(height, width, 3))
    smooth = np.stack([ndimage.gaussian_filter(noise[..., c], sigma) for c in range(3)], -1)
    smooth = 128 + 55 * smooth / smooth.std() + rng.normal(scale=6, size=smooth.shape)
    return np.clip(np.rint(smooth), 0, 255).astype(np.uint8)


def lesion(height, width):
    """A dark ellipse with a ragged border on skin, crossed by a hair."""
    y, x = np.mgrid[:height, :width]
    angle = np.arctan2(y - height / 2, x - width / 2)
    radius = np.hypot((y - height / 2) / (0.33 * height), (x - width / 2) / (0.3 * width))
    inside = 1 / (1 + np.exp(14 * (radius - 1 - 0.12 * np.sin(5 * angle))))
    image = np.array([214.0, 164.0, 140.0]) * (1 - inside[..., None])
    image += np.array([96.0, 58.0, 44.0]) * inside[..., None]
    image[np.abs(y - 0.6 * x - 4) < 0.8] = (40, 30, 26)
    image += rng.normal(scale=5, size=image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


images = {
    "lesion": lesion(60, 84),
    "texture": texture(47, 61, 3),
    "narrow range": (texture(32, 40, 4) // 8 + 90).astype(np.uint8),
    "noise": rng.integers(0, 256, (33, 29, 3), dtype=np.uint8),
    "thin row": texture(1, 120, 2),
    "thin column": texture(90, 2, 2),
    "thin strip": texture(5, 150, 3),
    "square": texture(30, 30, 2),
    "uniform": np.full((24, 36, 3), 77, dtype=np.uint8),
    "black": np.zeros((7, 9, 3), dtype=np.uint8),
    "one pixel": np.array([[[10, 200, 30]]], dtype=np.uint8),
    "two values": np.repeat(np.indices((20, 24)).sum(0)[..., None] // 7 % 2 * 200 + 20, 3, -1).astype(np.uint8),
}

# scikit-image's names on the left, this package's on the right, so that a test can pass them on.
names = {
    "n_segments": "count",
    "compactness": "compactness",
    "max_num_iter": "iterations",
    "sigma": "sigma",
    "min_size_factor": "minSizeFactor",
    "max_size_factor": "maxSizeFactor",
}


def options(slic_zero=False, enforce_connectivity=True, convert2lab=True, **rest):
    given = {names[key]: value for key, value in rest.items()}
    if slic_zero:
        given["algorithm"] = "slico"
    if not enforce_connectivity:
        given["connectivity"] = "none"
    if not convert2lab:
        given["colorSpace"] = "rgb"
    return given


settings = [
    {},
    {"n_segments": 30, "compactness": 20},
    {"n_segments": 12, "compactness": 1, "max_num_iter": 3},
    {"n_segments": 40, "slic_zero": True},
    {"n_segments": 25, "slic_zero": True, "compactness": 0.01, "sigma": 2},
    {"n_segments": 20, "sigma": 1.3, "enforce_connectivity": False},
    {"n_segments": 18, "compactness": 0.2, "convert2lab": False},
    {"n_segments": 50, "min_size_factor": 0.9, "max_size_factor": 1.2},
]
extreme = [{"n_segments": 1}, {"n_segments": 5}, {"n_segments": 100000}, {"n_segments": 9, "slic_zero": True}]


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def run(image, parameters):
    labels = slic(image, start_label=1, channel_axis=-1, **parameters)
    # Labels that lost all their pixels leave gaps without connectivity; this package closes them.
    labels = np.unique(labels, return_inverse=True)[1].reshape(labels.shape)
    return {"options": options(**parameters), "count": int(labels.max() + 1), "labels": encoded(labels.astype("<i2"))}


cases = []
for name, image in images.items():
    small = min(image.shape[:2]) < 6 or image.min() == image.max()
    runs = [run(image, parameters) for parameters in ([{}] + extreme if small else settings)]
    cases.append({"name": name, "shape": image.shape, "image": encoded(image), "runs": runs})

folder = pathlib.Path(__file__).parent
(folder / "slic.json").write_text(
    json.dumps({"scikitImage": skimage.__version__, "cases": cases}, indent=0) + "\n"
)

labels = slic(images["lesion"], n_segments=30, channel_axis=-1, start_label=0)
boundaries = {
    "scikitImage": skimage.__version__,
    "shape": labels.shape,
    "labels": encoded(labels.astype("<i2")),
    "thick": encoded(find_boundaries(labels, mode="thick").astype(np.uint8)),
    "inner": encoded(find_boundaries(labels, mode="inner").astype(np.uint8)),
}
(folder / "boundaries.json").write_text(json.dumps(boundaries, indent=0) + "\n")

# OpenCV's SLIC descends from EPFL's program: square seeds, float32, otherwise the same steps.
# Sides are multiples of the step, so that both grids are the same.
picture = lesion(96, 132)
lab = cv2.cvtColor((picture / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
opencv = cv2.ximgproc.createSuperpixelSLIC(lab, 100, 12, 10.0)
opencv.iterate(10)
opencv.enforceLabelConnectivity(25)
reference = {
    "opencv": cv2.__version__,
    "shape": picture.shape,
    "image": encoded(picture),
    "step": 12,
    "count": opencv.getNumberOfSuperpixels(),
    "labels": encoded(opencv.getLabels().astype("<i2")),
}
(folder / "opencv.json").write_text(json.dumps(reference, indent=0) + "\n")
