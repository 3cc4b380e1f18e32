"""The networks of @lesion/lfn and @lesion/fcrn in torch: the same layers under the same names.

A weight called `conv1_1/kernel` there belongs to `network.parts['conv1_1']` here.
"""
import torch
from torch import nn
from torch.nn import functional as F

BATCH_NORM = {'eps': 1e-3, 'momentum': 0.1}  # tfjs counts the share kept, torch the share replaced: 0.9 and 0.1


class Network(nn.Module):
    """Parts by layer name; a subclass says how they follow each other."""

    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleDict()

    def add_convolution(self, name, inputs, outputs, size, stride=1, bias=False, normalized=True):
        self.parts[name] = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=bias)
        if normalized:
            self.parts[name + '_bn'] = nn.BatchNorm2d(outputs, **BATCH_NORM)

    def convolve(self, x, name):
        return self.parts[name + '_bn'](self.parts[name](x))


class Lfn(Network):
    """Patches [n, 3, size, size] to logits [n, classes]."""

    def __init__(self, widths, size, classes=5):
        super().__init__()
        inputs = 3
        for stage, width in enumerate(widths, 1):
            for position, kernel_size in enumerate((3, 1, 3), 1):
                self.add_convolution(f'conv{stage}_{position}', inputs, width, kernel_size, bias=True)
                inputs = width
        self.pool = size // 8
        self.parts['fc5'] = nn.Linear(inputs, 512)
        self.parts['logits'] = nn.Linear(512, classes)

    def forward(self, x):
        for stage in range(1, 5):
            for position in range(1, 4):
                x = F.relu(self.convolve(x, f'conv{stage}_{position}'), inplace=True)
            x = F.max_pool2d(x, 2) if stage < 4 else F.avg_pool2d(x, self.pool)
        x = F.relu(self.parts['fc5'](torch.flatten(x, 1)), inplace=True)
        return self.parts['logits'](x)


def _stages(doubled, conv4_blocks):
    """Blocks, width, and whether a block is residual-in-residual, from conv2_x to conv5_x."""
    return ((3, 64, doubled), (4, 128, doubled), (conv4_blocks, 256, doubled), (3, 512, False))


FCRN_STAGES = {50: _stages(False, 6), 88: _stages(True, 6), 101: _stages(False, 23)}


class Fcrn(Network):
    """Images [n, 3, height, width], multiples of 32, to logits [n, classes, height, width]."""

    def __init__(self, depth, width=1.0, classes=4):
        super().__init__()

        def scaled(channels):
            return max(1, int(channels * width + 0.5))

        inputs = scaled(64)
        self.add_convolution('conv1', 3, inputs, 7, 2)
        self.blocks = []
        for stage, (count, channels, doubled) in enumerate(FCRN_STAGES[depth], 2):
            inner, outputs = scaled(channels), scaled(4 * channels)
            for block in range(1, count + 1):
                name = f'conv{stage}_{block}'
                stride = 2 if stage > 2 and block == 1 else 1
                if stride != 1 or inputs != outputs:
                    self.add_convolution(f'{name}_projection', inputs, outputs, 1, stride)
                if doubled:
                    self.add_branch(f'{name}a', inputs, inner, outputs, stride)
                    self.add_branch(f'{name}b', outputs, inner, outputs, 1)
                else:
                    self.add_branch(name, inputs, inner, outputs, stride)
                self.blocks.append((stage, name, doubled))
                inputs = outputs
        for name, channels in (('score5', 2048), ('score4', 1024), ('score3', 512)):
            self.add_convolution(name, scaled(channels), classes, 1, bias=True, normalized=False)
        for name, factor in (('deconvolution5', 2), ('deconvolution4', 2), ('deconvolution3', 8)):
            self.parts[name] = nn.ConvTranspose2d(
                classes, classes, 2 * factor, factor, factor // 2, bias=False
            )

    def add_branch(self, name, inputs, inner, outputs, stride):
        self.add_convolution(f'{name}_reduce', inputs, inner, 1, stride)
        self.add_convolution(f'{name}_spatial', inner, inner, 3)
        self.add_convolution(f'{name}_expand', inner, outputs, 1)

    def branch(self, x, name):
        x = F.relu(self.convolve(x, f'{name}_reduce'), inplace=True)
        x = F.relu(self.convolve(x, f'{name}_spatial'), inplace=True)
        return self.convolve(x, f'{name}_expand')

    def forward(self, x):
        x = F.relu(self.convolve(x, 'conv1'), inplace=True)
        x = F.max_pool2d(x, 3, 2, 1)
        ends = {}
        for stage, name, doubled in self.blocks:
            projection = f'{name}_projection'
            outer = self.convolve(x, projection) if projection in self.parts else x
            if doubled:
                # The first bottleneck has no shortcut of its own (innerShortcuts 'second').
                first = self.branch(x, f'{name}a')
                total = self.branch(F.relu(first), f'{name}b') + first
            else:
                total = self.branch(x, name)
            x = F.relu(total + outer, inplace=True)
            ends[stage] = x
        y = self.parts['deconvolution5'](self.parts['score5'](ends[5])) + self.parts['score4'](ends[4])
        y = self.parts['deconvolution4'](y) + self.parts['score3'](ends[3])
        return self.parts['deconvolution3'](y)


def set_epsilon(network, epsilon):
    """What batch normalisation adds to the variance."""
    for part in network.parts.values():
        if isinstance(part, nn.BatchNorm2d):
            part.eps = epsilon


def build(spec):
    """The network of a worker's specification, with random weights of a sensible size."""
    network = (
        Lfn(spec['widths'], spec['size']) if spec['network'] == 'lfn' else Fcrn(88, spec['width'])
    )
    for part in network.parts.values():
        if isinstance(part, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(part.weight)
    return network


# How each kind of part keeps our weights: the attribute, and the order of our axes.
def _places(part):
    if isinstance(part, nn.BatchNorm2d):
        return {
            'gamma': ('weight', None),
            'beta': ('bias', None),
            'moving_mean': ('running_mean', None),
            'moving_variance': ('running_var', None),
        }
    if isinstance(part, nn.Linear):
        return {'kernel': ('weight', (1, 0)), 'bias': ('bias', None)}
    # [height, width, inputs, outputs] to [outputs, inputs, height, width]. A transposed convolution is
    # [height, width, outputs, inputs] there and [inputs, outputs, height, width] here: the same move.
    return {'kernel': ('weight', (3, 2, 0, 1)), 'bias': ('bias', None)}


def load_weights(network, arrays):
    """Copies our weights, numpy arrays by name, into the network; each must have its place, and each place one."""
    wanted = {
        f'{layer}/{name}': (getattr(part, attribute), axes)
        for layer, part in network.parts.items()
        for name, (attribute, axes) in _places(part).items()
        if getattr(part, attribute) is not None
    }
    if set(wanted) != set(arrays):
        raise ValueError(f'weights differ: {sorted(set(wanted) ^ set(arrays))[:6]}')
    with torch.no_grad():
        for name, (target, axes) in wanted.items():
            array = arrays[name] if axes is None else arrays[name].transpose(axes)
            target.copy_(torch.from_numpy(array.copy()))
