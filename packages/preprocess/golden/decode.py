"""Writes decode.json: small image files of every kind, made by Pillow, with the pixels that Pillow reads back.

Run with: python3 packages/preprocess/golden/decode.py
"""
import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageOps

rng = np.random.default_rng(2017)
HEIGHT, WIDTH = 8, 16

# Smooth, so that lossy formats keep it to a few grey levels; no symmetry, so that every orientation differs.
rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
smooth = np.stack(
    [40 + 8 * columns, 30 + 16 * rows, 60 + 4 * columns + 8 * rows], axis=2
).astype(np.uint8)
noise = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
grey = noise[..., 0]
cases = []


def add(name, data, expected, tolerance):
    expected = np.asarray(expected)
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(data).decode(),
            "shape": list(expected.shape),
            "expected": expected.ravel().tolist(),
            "tolerance": tolerance,
        }
    )


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def back(data):
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


def composite(data):
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind, source, options, tolerance in [
        ("JPEG", smooth, {"quality": 95, "subsampling": 0}, 3),
        ("PNG", noise, {}, 0),
        ("WEBP", noise, {"lossless": True}, 0),
    ]:
        data = saved(Image.fromarray(source), kind, exif=exif.tobytes(), **options)
        add(f"{kind} orientation {orientation}", data, back(data), tolerance)
    # Pillow has turned TIFF files differently from version to version: expect what the PNG file gave.
    upright = back(saved(Image.fromarray(noise), "PNG", exif=exif.tobytes()))
    data = saved(Image.fromarray(noise), "TIFF", tiffinfo={274: orientation})
    add(f"TIFF orientation {orientation}", data, upright, 0)

for name, image, kind, options in [
    ("PNG RGB", Image.fromarray(noise), "PNG", {}),
    ("PNG grey", Image.fromarray(grey), "PNG", {}),
    ("PNG bilevel", Image.fromarray(grey > 128), "PNG", {}),
    ("PNG palette", Image.fromarray(noise).quantize(16), "PNG", {}),
    ("TIFF LZW", Image.fromarray(noise), "TIFF", {"compression": "tiff_lzw"}),
    ("TIFF deflate grey", Image.fromarray(grey), "TIFF", {"compression": "tiff_adobe_deflate"}),
    ("WebP lossless", Image.fromarray(noise), "WEBP", {"lossless": True}),
]:
    data = saved(image, kind, **options)
    add(name, data, back(data), 0)

for name, image, kind, options in [
    ("JPEG baseline", Image.fromarray(smooth), "JPEG", {"quality": 95}),
    ("JPEG progressive", Image.fromarray(smooth), "JPEG", {"quality": 95, "progressive": True}),
    ("JPEG grey", Image.fromarray(smooth[..., 0]), "JPEG", {"quality": 95}),
    ("WebP lossy", Image.fromarray(smooth), "WEBP", {"quality": 95}),
]:
    data = saved(image, kind, **options)
    add(name, data, back(data), 4)

rgba = np.dstack([noise, rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)])
data = saved(Image.fromarray(rgba), "PNG")
add("PNG alpha", data, composite(data), 1)
grey_alpha = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(rgba[..., 3])])
data = saved(grey_alpha, "PNG")
add("PNG grey alpha", data, composite(data), 1)
data = saved(Image.fromarray(rgba), "WEBP", lossless=True, exact=True)
add("WebP alpha", data, composite(data), 1)
data = saved(Image.fromarray(rgba), "TIFF")
add("TIFF alpha", data, composite(data), 1)


def png16(array):
    """A 16-bit PNG, grey or RGB, which Pillow cannot write in colour."""
    height, width = array.shape[:2]
    colour = 2 if array.ndim == 3 else 0

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


deep = rng.integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16)
# 16 bits to 8: the high byte, or rounded, a level apart.
add("PNG 16-bit RGB", png16(deep), deep >> 8, 1)
add("PNG 16-bit grey", png16(deep[..., 0]), np.dstack([deep[..., 0] >> 8] * 3), 1)
data = saved(Image.fromarray(deep[..., 0]), "TIFF")
add("TIFF 16-bit grey", data, np.dstack([deep[..., 0] >> 8] * 3), 1)

# CMYK without a profile: what Pillow makes of it is no colour management, so only black and white are compared.
ink = np.zeros((HEIGHT, WIDTH, 4), dtype=np.uint8)
ink[:, WIDTH // 2 :] = (255, 255, 255, 255)
data = saved(Image.fromarray(ink, "CMYK"), "JPEG", quality=95, subsampling=0)
expected = np.full((HEIGHT, WIDTH, 3), 255)
expected[:, WIDTH // 2 :] = 0
add("JPEG CMYK", data, expected, 12)
data = saved(Image.fromarray(ink, "CMYK"), "TIFF")
add("TIFF CMYK", data, expected, 12)

out = pathlib.Path(__file__).with_name("decode.json")
out.write_text(json.dumps({"pillow": PIL.__version__, "cases": cases}) + "\n")
