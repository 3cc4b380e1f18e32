"""Golden values for src/association.test.ts: SciPy's test of independence. Run: python3 association.py > association.json"""
import json
import numpy as np
from scipy.stats import chi2_contingency

rng = np.random.default_rng(2017)
tables = [
    [[1312, 359, 142], [54, 14, 111]],
    [[5, 0, 3], [2, 7, 1], [4, 4, 4]],
    [[10, 10], [10, 10]],
    [[30, 2], [1, 40]],
] + [rng.integers(1, 400, size=(r, k)).tolist() for r, k in [(2, 2), (3, 5), (12, 3), (40, 3)]]

cases = []
for table in tables:
    counts = np.array(table)
    chi, p, dof, _ = chi2_contingency(counts, correction=False)
    n = counts.sum()
    r, k = counts.shape
    phi = max(0, chi / n - (k - 1) * (r - 1) / (n - 1))
    rows = r - (r - 1) ** 2 / (n - 1)
    columns = k - (k - 1) ** 2 / (n - 1)
    cases.append({
        "counts": table, "chiSquare": chi, "degreesOfFreedom": int(dof), "pValue": p,
        "cramersV": float(np.sqrt(phi / min(rows - 1, columns - 1))),
    })
print(json.dumps(cases))
