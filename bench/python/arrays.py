"""Named arrays in one file that both sides read; src/array-file.ts tells its form."""
import json

import numpy as np

ALIGNMENT = 8


def read(path):
    """The arrays of a file by name; they share one buffer."""
    with open(path, 'rb') as file:
        header = file.readline()
        values = np.fromfile(file, dtype=np.uint8)
    arrays, at = {}, 0
    for entry in json.loads(header):
        kind = np.dtype(entry['type'])
        length = int(np.prod(entry['shape'])) * kind.itemsize
        arrays[entry['name']] = values[at : at + length].view(kind).reshape(entry['shape'])
        at += -(-length // ALIGNMENT) * ALIGNMENT
    return arrays


def write(path, arrays):
    entries = [
        {'name': name, 'shape': array.shape, 'type': array.dtype.name} for name, array in arrays.items()
    ]
    header = json.dumps(entries).encode()
    with open(path, 'wb') as file:
        file.write(header + b' ' * (-(len(header) + 1) % ALIGNMENT) + b'\n')
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).data)
            file.write(bytes(-array.nbytes % ALIGNMENT))
