"""Writes logistic-calibration.json beside this file: the minimum of Platt's loss by scipy, checked with scikit-learn.

scikit-learn's own Platt scaling stops at a gradient of about 1e-5, so scipy finds the root of the gradient from there.
Run with scikit-learn 1.2 and scipy 1.10: python3 packages/metrics/golden/generate_logistic_calibration.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import optimize, special
from sklearn.calibration import _SigmoidCalibration

random = np.random.default_rng(1999)


def case(name, labels, scores, epsilon=1e-6):
    logits = special.logit(np.clip(scores.astype(float), epsilon, 1 - epsilon))
    positives = labels.sum()
    negatives = len(labels) - positives
    targets = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([logits, np.ones_like(logits)], axis=1)

    def gradient(parameters):
        return design.T @ (special.expit(design @ parameters) - targets)

    def hessian(parameters):
        probabilities = special.expit(design @ parameters)
        return (design * (probabilities * (1 - probabilities))[:, None]).T @ design

    # scikit-learn models 1 / (1 + exp(a * score + b)).
    sklearn = _SigmoidCalibration().fit(logits, labels)
    start = np.array([-sklearn.a_, -sklearn.b_])
    found = optimize.root(gradient, start, jac=hessian, method="lm", options={"xtol": 1e-15, "ftol": 1e-15})
    slope, intercept = found.x
    assert np.abs(gradient(found.x)).max() < 1e-11 * len(labels), name
    assert np.allclose(found.x, start, rtol=1e-3, atol=1e-3), name
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "epsilon": epsilon,
        "slope": slope,
        "intercept": intercept,
        "sklearn": {"slope": float(start[0]), "intercept": float(start[1])},
    }


def drawn(count, share, spread, shift):
    labels = (random.random(count) < share).astype(int)
    scores = special.expit(random.normal(0, spread, count) + 2 * labels + shift)
    return labels, np.round(scores, 6)


cases = [
    case("overconfident scores", *drawn(120, 0.3, 3, -1)),
    case("rare positives", *drawn(200, 0.06, 1, 0.5)),
    case("float32 scores", *(array.astype(kind) for array, kind in zip(drawn(60, 0.5, 1.5, -1), (int, np.float32)))),
    case("separable scores", np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.7, 0.9])),
    case("reversed scores", np.array([1, 1, 0, 1, 0, 0]), np.array([0.1, 0.2, 0.3, 0.4, 0.7, 0.9])),
    case("scores of 0 and 1", np.array([0, 0, 1, 0, 1, 1]), np.array([0.0, 0.0, 0.0, 0.5, 1.0, 1.0]), 1e-3),
]
Path(__file__).with_name("logistic-calibration.json").write_text(json.dumps(cases, indent=1) + "\n")
