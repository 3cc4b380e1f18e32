"""The peer: trains or runs a network in torch, a few steps each time it is told to on standard input.

Called with the specification of the work as JSON; speaks the same lines as src/network-worker.ts.
"""
import json
import os
import sys

SPEC = json.loads(sys.argv[1])
# Before torch is imported, which reads it once.
os.environ['OMP_NUM_THREADS'] = str(SPEC['threads'])

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import arrays as array_file  # noqa: E402
import networks  # noqa: E402
import serving  # noqa: E402

LFN_CLASS_WEIGHTS = (1.0, 1.0, 5.0, 3.0, 8.0)
BATCHES = 4


class NetworkWork(serving.Work):
    def __init__(self, spec):
        self.spec = spec
        self.training = spec['task'] == 'train'
        self.device = torch.device(spec['device'])
        if self.device.type == 'cuda' and not torch.cuda.is_available():
            raise RuntimeError(f'torch {torch.__version__} sees no CUDA device')
        torch.set_num_threads(spec['threads'])
        torch.backends.cudnn.benchmark = True  # shapes never change here
        self.format = (
            torch.channels_last if spec['layout'] == 'channels_last' else torch.contiguous_format
        )
        self.network = networks.build(spec).to(self.device, memory_format=self.format)
        self.network.train(self.training)
        self.weights = sum(p.numel() for p in self.network.parameters())
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=spec['learningRate'], momentum=spec['momentum']
        )
        self.class_weights = torch.tensor(LFN_CLASS_WEIGHTS, device=self.device)
        batch, size = spec['batch'], spec['size']
        random = np.random.default_rng(1)
        lfn = spec['network'] == 'lfn'
        self.batches = [
            (
                self.arrange(random.uniform(-1, 1, (batch, 3, size, size)).astype(np.float32)),
                torch.from_numpy(
                    random.integers(0, 5, batch) if lfn else random.integers(0, 4, (batch, size, size))
                ),
            )
            for _ in range(BATCHES)
        ]
        self.taken = 0
        self.predict = lambda x: F.softmax(self.network(x), 1)
        if spec['frozen']:
            with torch.inference_mode():
                whole = torch.nn.Sequential(self.network, torch.nn.Softmax(1)).eval()
                traced = torch.jit.trace(whole, self.batches[0][0])
                self.predict = torch.jit.optimize_for_inference(torch.jit.freeze(traced))

    def arrange(self, array):
        return torch.from_numpy(array).contiguous(memory_format=self.format)

    def name(self):
        """The peer as a row names it."""
        how = ['frozen'] if self.spec['frozen'] else []
        if self.spec['layout'] == 'channels_last':
            how.append('channels_last')
        on = torch.cuda.get_device_name(self.device) if self.device.type == 'cuda' else None
        return f'torch {torch.__version__}' + (f' on {on}' if on else '') + (f" ({', '.join(how)})" if how else '')

    def loss(self, output, labels):
        if self.spec['network'] == 'lfn':
            total = F.cross_entropy(output, labels, weight=self.class_weights, reduction='sum')
            return total / labels.shape[0]
        return F.cross_entropy(output, labels)

    def train(self, inputs, labels):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.network(inputs.to(self.device)), labels.to(self.device))
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def step(self):
        inputs, labels = self.batches[self.taken % BATCHES]
        self.taken += 1
        if self.training:
            return self.train(inputs, labels)
        with torch.inference_mode():
            output = self.predict(inputs.to(self.device)).cpu()
        return float(output.flatten()[0])

    def answers(self):
        return {'parity': lambda question: self.compare(question['path'])}

    def compare(self, path):
        """Takes weights and inputs from a file and tells what this network makes of them."""
        arrays = array_file.read(path)
        inputs = self.arrange(arrays.pop('inputs').transpose(0, 3, 1, 2).copy())
        labels = torch.from_numpy(arrays.pop('labels').astype(np.int64))
        output = arrays.pop('output')
        networks.load_weights(self.network, arrays)
        self.network.eval()
        with torch.inference_mode():
            mine = self.network(inputs.to(self.device)).cpu().numpy()
        if mine.ndim == 4:
            mine = mine.transpose(0, 2, 3, 1)
        self.network.train()
        return {
            'difference': float(np.abs(mine - output).max()),
            'scale': float(np.abs(output).max()),
            'losses': [self.train(inputs, labels) for _ in range(self.spec['paritySteps'])],
        }


serving.serve(NetworkWork)
