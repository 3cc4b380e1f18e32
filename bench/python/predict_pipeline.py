"""What `lesion predict` does, as one would write it in torch, OpenCV, scikit-image and scipy.

    predict_pipeline.py --models FOLDER --out FOLDER [--layout channels_last] [--threads N] IMAGE...

The LIN's networks at their scales, summed; mask and lesion indexes (LICU) in numpy and scipy; SLICO superpixels, a
patch of each through the LFN. Writes ID_segmentation.png, ID_features.json, ID_superpixels.png and predictions.csv.
"""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from scipy import ndimage
from skimage.segmentation import slic
from torch.nn import functional as F

import arrays as array_file
import networks

STRIDE = 32
PATCH = 56
BATCH = 64
SUPERPIXELS = 1000
CENTRE_DEVIATION = 0.35
FEATURES = ('pigment_network', 'negative_network', 'milia_like_cyst', 'streaks')
DECIMALS = 7


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument('images', nargs='+')
    parser.add_argument('--models', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--layout', choices=('contiguous', 'channels_last'), default='contiguous')
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    return parser.parse_args()


class Model:
    """The networks of a LIN or a LFN with their weights, ready to predict."""

    def __init__(self, folder, description, layout):
        self.format = (
            torch.channels_last if layout == 'channels_last' else torch.contiguous_format
        )
        self.mean = np.array(description['normalization']['mean'], np.float32)
        self.scale = np.float32(description['normalization']['scale'])
        self.inference = description['inference']
        self.networks = [self.load(folder, network) for network in description['networks']]

    def load(self, folder, description):
        architecture = description['architecture']
        if 'widths' in description:
            network = networks.Lfn(description['widths'], PATCH)
        else:
            if architecture.get('innerShortcuts', 'second') != 'second':
                raise ValueError('only networks whose inner shortcuts are of the second kind')
            network = networks.Fcrn(architecture.get('depth', 88), architecture.get('width', 1))
        networks.set_epsilon(network, architecture.get('batchNormEpsilon', 1e-3))
        networks.load_weights(network, array_file.read(os.path.join(folder, description['weights'])))
        return network.eval().to(memory_format=self.format)

    def tensor(self, pixels):
        """RGB bytes [n, height, width, 3] to what the networks take."""
        values = torch.from_numpy((pixels - self.mean) * self.scale).permute(0, 3, 1, 2)
        return values.contiguous(memory_format=self.format)


def scaled(image, short_side):
    height, width = image.shape[:2]
    factor = short_side / min(height, width)
    size = (int(width * factor + 0.5), int(height * factor + 0.5))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def class_maps(lin, image):
    """Softmax of every network at every scale, enlarged to the image and summed: [height, width, 4]."""
    height, width = image.shape[:2]
    total = np.zeros((height, width, 4), np.float32)
    for short_side in lin.inference['scales']:
        small = scaled(image, short_side)
        rows, columns = small.shape[:2]
        inputs = F.pad(lin.tensor(small[None]), (0, -columns % STRIDE, 0, -rows % STRIDE))
        for network in lin.networks:
            maps = F.softmax(network(inputs)[:, :, :rows, :columns], 1)[0].permute(1, 2, 0)
            total += cv2.resize(maps.contiguous().numpy(), (width, height))
    return total


def lesion_mask(maps, threshold=0.5, componentWeight='area'):
    lesion = maps[..., 1:].sum(-1)
    mask = lesion * (1 - threshold) > maps[..., 0] * threshold
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    if count == 1:
        return mask
    if componentWeight == 'area':
        sizes = statistics[:, cv2.CC_STAT_AREA].astype(float)
    else:
        height, width = mask.shape
        y, x = np.ogrid[:height, :width]
        squared = (y + 0.5 - height / 2) ** 2 + (x + 0.5 - width / 2) ** 2
        falling = np.exp(-squared / (2 * (CENTRE_DEVIATION * min(height, width)) ** 2))
        weight = lesion / (lesion + maps[..., 0]) * falling
        sizes = np.bincount(labels.ravel(), weights=weight.ravel())
    sizes[0] = -1
    return ndimage.binary_fill_holes(labels == np.argmax(sizes))


def lesion_indexes(maps, mask):
    """The mean of each normalised map over the lesion, weighted by the distance to its border."""
    values = maps[..., 1:] - maps[..., 1:].min(-1, keepdims=True)
    total = values.sum(-1, keepdims=True)
    normalized = np.divide(values, total, out=np.full_like(values, 1 / 3), where=total > 0)
    if not mask.any():
        return normalized.mean((0, 1))
    if mask.all():  # the edge of the image is all the border that there is
        distance = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    else:
        distance = ndimage.distance_transform_edt(mask)
    distance /= distance.max()
    return (normalized * distance[..., None]).sum((0, 1)) / distance.sum()


def features(lfn, image):
    """Superpixels and, for each, the probability of each feature: [height, width], [superpixels, 4]."""
    labels = slic(
        image, n_segments=SUPERPIXELS, compactness=0.01, sigma=2, slic_zero=True, start_label=0
    )
    patches = []
    for rows, columns in ndimage.find_objects(labels + 1):
        crop = image[rows, columns]
        shrinks = min(crop.shape[:2]) > PATCH
        patches.append(
            cv2.resize(
                crop, (PATCH, PATCH), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            )
        )
    patches = np.stack(patches)
    [network] = lfn.networks
    answers = [
        F.softmax(network(lfn.tensor(patches[at : at + BATCH])), 1) for at in range(0, len(patches), BATCH)
    ]
    return labels, torch.cat(answers)[:, 1:].numpy()


def predict(path, lin, lfn, out):
    name = os.path.splitext(os.path.basename(path))[0]
    image = cv2.cvtColor(cv2.imread(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    maps = class_maps(lin, image)
    mask = lesion_mask(maps, **lin.inference.get('licu', {}))
    indexes = lesion_indexes(maps, mask)
    labels, probabilities = features(lfn, image)
    cv2.imwrite(os.path.join(out, f'{name}_segmentation.png'), mask.astype(np.uint8) * 255)
    colours = np.stack([labels >> 16, labels >> 8, labels], -1).astype(np.uint8)
    cv2.imwrite(os.path.join(out, f'{name}_superpixels.png'), colours)
    with open(os.path.join(out, f'{name}_features.json'), 'w') as file:
        json.dump(
            {
                feature: [round(float(value), DECIMALS) for value in probabilities[:, i]]
                for i, feature in enumerate(FEATURES)
            },
            file,
        )
    return f'{name},{indexes[0]},{indexes[1]}'


def main(options):
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(options.threads)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.models, 'networks.json')) as file:
        description = json.load(file)
    lin, lfn = (Model(options.models, description[name], options.layout) for name in ('lin', 'lfn'))
    with torch.inference_mode():
        lines = [predict(path, lin, lfn, options.out) for path in options.images]
    with open(os.path.join(options.out, 'predictions.csv'), 'w') as file:
        file.write('\n'.join(['image_id,melanoma,seborrheic_keratosis', *sorted(lines), '']))


main(parse())
