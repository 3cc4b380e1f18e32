"""The peers of the building blocks: a library does what ours does, a few times each time it is told to.

Called with a BlockWork of src/block-work.ts as JSON.
"""
import json
import os
import sys

SPEC = json.loads(sys.argv[1])
# Before numpy and others are imported, which read it once.
os.environ['OMP_NUM_THREADS'] = str(SPEC['threads'])

import importlib  # noqa: E402
import time  # noqa: E402
from concurrent.futures import ThreadPoolExecutor  # noqa: E402

import numpy as np  # noqa: E402

import arrays as array_file  # noqa: E402
import serving  # noqa: E402

SUPERPIXELS = 1000
ITERATIONS = 10
SHORT_SIDE = 512


def opencv():
    import cv2

    cv2.setNumThreads(SPEC['threads'])
    return cv2


def scikit_image_slic(image, **options):
    from skimage.segmentation import slic

    labels = slic(image, n_segments=SUPERPIXELS, max_num_iter=ITERATIONS, start_label=0, **options)
    return labels


def slico_scikit_image(inputs):
    return lambda: scikit_image_slic(inputs['image'], compactness=0.01, sigma=2, slic_zero=True)


def slic_scikit_image(inputs):
    return lambda: scikit_image_slic(inputs['image'], compactness=10)


def slico_opencv(inputs):
    cv2 = opencv()
    slico = cv2.ximgproc.SLICO  # missing without the contributed modules
    image = inputs['image']
    step = round(np.sqrt(image.shape[0] * image.shape[1] / SUPERPIXELS))

    def run():
        lab = cv2.cvtColor(cv2.GaussianBlur(image, (0, 0), 2), cv2.COLOR_RGB2LAB)
        superpixels = cv2.ximgproc.createSuperpixelSLIC(lab, slico, step)
        superpixels.iterate(ITERATIONS)
        superpixels.enforceLabelConnectivity(50)
        return superpixels.getLabels()

    return run


def distance_scipy(inputs):
    from scipy.ndimage import distance_transform_edt

    return lambda: distance_transform_edt(inputs['mask'])


def distance_opencv(inputs):
    cv2 = opencv()
    return lambda: cv2.distanceTransform(inputs['mask'], cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def auc_ap_scikit_learn(inputs):
    from sklearn.metrics import average_precision_score, roc_auc_score

    labels, scores = inputs['labels'], inputs['scores']
    return lambda: np.array([roc_auc_score(labels, scores), average_precision_score(labels, scores)])


def target_size(image):
    """Width and height with the short side wanted, the long one rounded to the nearest pixel."""
    height, width = image.shape[:2]
    if height <= width:
        return int(width * SHORT_SIDE / height + 0.5), SHORT_SIDE
    return SHORT_SIDE, int(height * SHORT_SIDE / width + 0.5)


def resize_opencv(inputs):
    cv2 = opencv()
    image = inputs['image']
    return lambda: cv2.resize(image, target_size(image), interpolation=cv2.INTER_AREA)


def resize_pillow(inputs):
    """The same kernel as ours: a triangle that grows with the reduction."""
    from PIL import Image

    image = inputs['image']
    return lambda: np.asarray(Image.fromarray(image).resize(target_size(image), Image.BILINEAR))


def components_opencv(inputs):
    cv2 = opencv()
    rough = inputs['rough']
    area = cv2.CC_STAT_AREA

    def labels():
        return cv2.connectedComponentsWithStats(rough, connectivity=8)

    def largest():
        _, components, statistics, _ = labels()
        return (components == 1 + np.argmax(statistics[1:, area])).view(np.uint8)

    return (lambda: labels()[1]) if SPEC.get('variant') == 'labels-only' else largest


def mask_files(folder):
    return [
        [os.path.join(folder, side, name) for side in ('truth', 'prediction')]
        for name in sorted(os.listdir(os.path.join(folder, 'truth')))
    ]


def in_turn_or_pooled():
    """The built-in map, or that of a pool of threads: OpenCV lets go of the interpreter while it decodes."""
    return ThreadPoolExecutor(SPEC['threads']).map if SPEC.get('variant') == 'pool' else map


def score_masks_opencv(folder):
    cv2 = opencv()
    each = in_turn_or_pooled()

    def figures(pair):
        truth, prediction = (cv2.imread(path, cv2.IMREAD_GRAYSCALE) > 128 for path in pair)
        both = np.count_nonzero(truth & prediction)
        true, positive = np.count_nonzero(truth), np.count_nonzero(prediction)
        neither = truth.size - (true + positive - both)
        return (
            both / (true + positive - both),
            2 * both / (true + positive),
            (both + neither) / truth.size,
            both / true,
            neither / (truth.size - true),
        )

    return lambda: np.mean(list(each(figures, mask_files(folder))), axis=0)[:1]


def decoding_opencv(folder):
    cv2 = opencv()
    each = in_turn_or_pooled()
    score = score_masks_opencv(folder)

    def decode(pair):
        return sum(cv2.imread(path, cv2.IMREAD_GRAYSCALE).size for path in pair)

    def run():
        start = time.perf_counter()
        list(each(decode, mask_files(folder)))
        decoded = time.perf_counter()
        result = score()
        run.share = 100 * (decoded - start) / (time.perf_counter() - decoded)
        return result

    return run


# What does the work, and the modules whose versions name the peer.
PEERS = {
    ('slico', 'scikit-image'): (slico_scikit_image, 'skimage'),
    ('slico', 'opencv'): (slico_opencv, 'cv2'),
    ('slic', 'scikit-image'): (slic_scikit_image, 'skimage'),
    ('distance-transform', 'scipy'): (distance_scipy, 'scipy'),
    ('distance-transform', 'opencv'): (distance_opencv, 'cv2'),
    ('auc-ap', 'scikit-learn'): (auc_ap_scikit_learn, 'sklearn'),
    ('resize', 'opencv'): (resize_opencv, 'cv2'),
    ('resize', 'pillow'): (resize_pillow, 'PIL'),
    ('components', 'opencv'): (components_opencv, 'cv2'),
    ('score-masks', 'opencv'): (score_masks_opencv, 'cv2'),
    ('score-masks-decoding', 'opencv'): (decoding_opencv, 'cv2'),
}


class BlockWork(serving.Work):
    def __init__(self, spec):
        self.spec = spec
        make, self.module = PEERS[spec['block'], spec['library']]
        path = spec['input']
        self.run = make(path if os.path.isdir(path) else array_file.read(path))
        self.last = None

    def name(self):
        version = importlib.import_module(self.module).__version__
        how = {'pool': ', a pool of threads', 'labels-only': ', labels only'}
        return f"{self.spec['library']} {version}{how.get(self.spec.get('variant'), '')}"

    def step(self):
        self.last = None
        self.last = self.run()
        return self.last.flat[0]

    def figure(self, milliseconds):
        return getattr(self.run, 'share', milliseconds)

    def write(self, path):
        result = self.run() if self.last is None else self.last
        kinds = {'i': np.int32, 'u': np.uint8, 'f': result.dtype}
        array_file.write(path, {'output': result.astype(kinds[result.dtype.kind], copy=False)})
        return {'written': path}

    def answers(self):
        return {'output': lambda question: self.write(question['path'])}


serving.serve(BlockWork)
