"""Writes palettes.json: matplotlib's 256-entry viridis and cividis, and the 52-entry tables of src/palettes.ts."""
import json
from pathlib import Path

import numpy
from matplotlib import cm

golden = {}
for name in ("viridis", "cividis"):
    entries = (cm.get_cmap(name)(numpy.arange(256))[:, :3] * 255).round().astype(int)
    golden[name] = entries.tolist()
    print(name, "".join("%02x%02x%02x" % tuple(entry) for entry in entries[::5]))

Path(__file__).with_name("palettes.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
