"""Writes resample.json: what Pillow, OpenCV and PyTorch make of small random images and maps.

Run with: python3 packages/core/golden/resample.py
"""
import json
import pathlib

import cv2
import numpy as np
import PIL
import torch
from PIL import Image

rng = np.random.default_rng(2017)


def pillow_float(maps, height, width):
    planes = [
        Image.fromarray(maps[..., c], mode="F").resize((width, height), Image.BILINEAR)
        for c in range(maps.shape[2])
    ]
    return np.stack([np.asarray(p) for p in planes], axis=2)


def case(source, target, classes=3):
    """One image and one stack of maps, resized from `source` to `target` (height, width)."""
    image = rng.integers(0, 256, (*source, 3), dtype=np.uint8)
    maps = rng.random((*source, classes), dtype=np.float32)
    height, width = target
    entry = {
        "source": source,
        "target": target,
        "classes": classes,
        "image": image.ravel().tolist(),
        "maps": [round(float(v), 6) for v in maps.ravel()],
        "pillowImage": np.asarray(
            Image.fromarray(image).resize((width, height), Image.BILINEAR)
        ).ravel().tolist(),
    }
    maps = np.array(entry["maps"], dtype=np.float32).reshape(maps.shape)
    numbers = lambda a: [round(float(v), 6) for v in np.asarray(a).ravel()]
    entry["pillowMaps"] = numbers(pillow_float(maps, height, width))
    mask = (image[..., 0] > 128).astype(np.uint8)
    entry["pillowNearest"] = np.asarray(
        Image.fromarray(mask).resize((width, height), Image.NEAREST)
    ).ravel().tolist()
    if height >= source[0] and width >= source[1]:
        entry["opencvMaps"] = numbers(
            cv2.resize(maps, (width, height), interpolation=cv2.INTER_LINEAR)
        )
        tensor = torch.from_numpy(maps).permute(2, 0, 1)[None]
        torch_maps = torch.nn.functional.interpolate(
            tensor, size=target, mode="bilinear", align_corners=False
        )
        entry["torchMaps"] = numbers(torch_maps[0].permute(1, 2, 0))
    return entry


cases = [
    case((9, 13), (4, 5)),  # shrink
    case((17, 8), (3, 2)),
    case((6, 5), (6, 5)),  # same
    case((5, 7), (11, 16)),  # enlarge
    case((1, 3), (4, 9)),
    case((3, 4), (24, 32)),
    case((12, 5), (7, 13)),  # one side each way
]
out = pathlib.Path(__file__).with_name("resample.json")
out.write_text(
    json.dumps(
        {
            "pillow": PIL.__version__,
            "opencv": cv2.__version__,
            "torch": torch.__version__,
            "cases": cases,
        }
    )
    + "\n"
)
