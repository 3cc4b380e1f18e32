"""Writes golden.json beside this file: metrics by scikit-learn, and the challenge's protocols composed of them.

Run with scikit-learn 1.2 and numpy 1.24: python3 packages/metrics/golden/generate.py
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
random = np.random.default_rng(2017)
FEATURES = ["pigment_network", "negative_network", "milia_like_cyst", "streaks"]
DIAGNOSES = ["melanoma", "seborrheic_keratosis", "nevus"]


def plain(value):
    """JSON without NaN: null stands for it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (np.integer, int)):
        return int(value)
    if isinstance(value, (np.floating, float)):
        return None if math.isnan(value) else float(value)
    return value


def trapezoid(labels, scores):
    """Average precision as scikit-learn had it up to 0.18."""
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    return metrics.auc(recall, precision)


def calibration(labels, scores, bins, strategy):
    shares, means = calibration_curve(labels, scores, n_bins=bins, strategy=strategy)
    if strategy == "uniform":
        edges = np.linspace(0, 1, bins + 1)
    else:
        edges = np.percentile(scores, np.linspace(0, 1, bins + 1) * 100)
    counts = np.bincount(np.searchsorted(edges[1:-1], scores), minlength=bins)
    counts = counts[counts > 0]
    error = np.sum(counts * np.abs(shares - means)) / len(scores)
    return {"bins": bins, "meanScore": means, "positiveShare": shares, "count": counts, "error": error}


def ranking_case(name, labels, scores, probabilities=False):
    labels = np.asarray(labels)
    scores = np.asarray(scores)
    false_rate, true_rate, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    case = {
        "name": name,
        "labels": labels,
        "scores": scores,
        "auc": metrics.roc_auc_score(labels, scores),
        "step": metrics.average_precision_score(labels, scores),
        "trapezoid": trapezoid(labels, scores),
        "falsePositiveRate": false_rate,
        "truePositiveRate": true_rate,
        # scikit-learn's first threshold is a stand-in for infinity.
        "thresholds": thresholds[1:],
        # scikit-learn runs from the lowest threshold to the highest.
        "precision": precision[::-1],
        "recall": recall[::-1],
    }
    if probabilities:
        case["uniform"] = calibration(labels, scores, 10, "uniform")
        case["quantile"] = calibration(labels, scores, 7, "quantile")
    return case


def binary_metrics(truth, prediction, undefined=math.nan):
    """AC, JA, DI, SE, SP by scikit-learn, a zero denominator being `undefined`."""
    positives, predicted = truth.any(), prediction.any()
    either = positives or predicted
    return {
        "AC": metrics.accuracy_score(truth, prediction),
        "JA": metrics.jaccard_score(truth, prediction) if either else undefined,
        "DI": metrics.f1_score(truth, prediction) if either else undefined,
        "SE": metrics.recall_score(truth, prediction) if positives else undefined,
        "SP": metrics.recall_score(truth, prediction, pos_label=0) if not truth.all() else undefined,
    }


def nanmean(values):
    values = [value for value in values if not math.isnan(value)]
    return float(np.mean(values)) if values else math.nan


def scores_for(labels, steps):
    raw = 1 / (1 + np.exp(-(random.normal(0, 1.2, labels.shape) + 2.2 * labels - 1)))
    return np.round(raw * steps) / steps


def segmentation():
    images = []
    for truth_share, prediction_share in [(0.4, 0.4), (0.5, 0.5), (0.5, 0.1), (0, 0.2), (0, 0), (1, 0.7), (0.3, 0)]:
        truth = random.random(30) < truth_share
        noise = random.random(30) < prediction_share
        prediction = np.where(random.random(30) < 0.5, truth & (prediction_share > 0), noise)
        images.append((truth.astype(int), prediction.astype(int)))
    rows2017 = [binary_metrics(t, p) for t, p in images]
    rows2018 = [binary_metrics(t, p, 1.0) for t, p in images]
    for row in rows2018:
        row["unthresholdedJA"] = row["JA"]
        row["JA"] = row["JA"] if row["JA"] >= 0.65 else 0.0
    return {
        "images": images,
        "isic2017": {key: nanmean([row[key] for row in rows2017]) for key in rows2017[0]},
        "isic2018": {key: nanmean([row[key] for row in rows2018]) for key in rows2018[0]},
    }


def features():
    images = []
    for index, count in enumerate([23, 31, 17, 40]):
        truth, prediction = {}, {}
        for position, feature in enumerate(FEATURES):
            share = 0 if (index + position) % 4 == 0 else 0.3
            truth[feature] = (random.random(count) < share).astype(int)
            prediction[feature] = scores_for(truth[feature], 20)
        images.append((truth, prediction))

    pooled, rows = {}, []
    for feature in FEATURES:
        labels = np.concatenate([truth[feature] for truth, _ in images])
        scores = np.concatenate([prediction[feature] for _, prediction in images])
        at_threshold = binary_metrics(labels, (scores > 0.5).astype(int))
        pooled[feature] = {
            "AUC": metrics.roc_auc_score(labels, scores),
            "AP": trapezoid(labels, scores),
            **{key: at_threshold[key] for key in ("AC", "SE", "SP")},
        }
        rows += [binary_metrics(t[feature], (p[feature] > 0.5).astype(int)) for t, p in images]
    summary = {key: nanmean([pooled[feature][key] for feature in FEATURES]) for key in ("AUC", "AP")}
    for key in ("AC", "SE", "SP"):
        summary[key] = nanmean([row[key] for row in list(pooled.values()) + rows])

    per_class, total = {}, np.zeros((2, 2))
    for feature in FEATURES + [None]:
        if feature is None:
            matrix = total
        else:
            matrix = sum(
                metrics.confusion_matrix(t[feature], p[feature] > 0.5, labels=[0, 1], normalize="all")
                for t, p in images
            )
            total = total + matrix
        (tn, fp), (fn, tp) = matrix
        per_class[feature or "all"] = {
            "AC": (tp + tn) / matrix.sum(),
            "JA": tp / (tp + fp + fn),
            "DI": 2 * tp / (2 * tp + fp + fn),
            "SE": tp / (tp + fn),
            "SP": tn / (tn + fp),
        }
    return {
        "images": images,
        "isic2017": {"metrics": summary, "perClass": pooled},
        "isic2018": {"metrics": per_class.pop("all"), "perClass": per_class},
    }


def classification():
    truth = random.choice(3, 50, p=[0.25, 0.15, 0.6])
    one_hot = np.eye(3, dtype=int)[truth]
    raw = random.random((50, 3)) + 0.35 * one_hot
    scores = np.round(raw / raw.sum(axis=1, keepdims=True) * 12) / 12

    def one_against_rest(column, average_precision):
        labels, column_scores = one_hot[:, column], scores[:, column]
        at_threshold = binary_metrics(labels, (column_scores > 0.5).astype(int))
        return {
            "AUC": metrics.roc_auc_score(labels, column_scores),
            "AP": average_precision(labels, column_scores),
            **{key: at_threshold[key] for key in ("AC", "SE", "SP")},
        }

    challenge2017 = {name: one_against_rest(i, trapezoid) for i, name in enumerate(DIAGNOSES[:2])}
    challenge2018 = {
        name: one_against_rest(i, metrics.average_precision_score) for i, name in enumerate(DIAGNOSES)
    }
    # Several largest scores are undecided, a fourth prediction that is never right.
    undecided = (scores == scores.max(axis=1, keepdims=True)).sum(axis=1) > 1
    decided = np.where(undecided, 3, scores.argmax(axis=1))
    recalls = metrics.recall_score(truth, decided, labels=[0, 1, 2], average=None)
    for name, recall in zip(DIAGNOSES, recalls):
        challenge2018[name]["BACC"] = recall

    def means(per_class):
        first = next(iter(per_class.values()))
        return {key: float(np.mean([row[key] for row in per_class.values()])) for key in first}

    return {
        "truth": [dict(zip(DIAGNOSES, row.tolist())) for row in one_hot],
        "prediction": [dict(zip(DIAGNOSES, row.tolist())) for row in scores],
        "undecided": int(undecided.sum()),
        "isic2017": {"metrics": means(challenge2017), "perClass": challenge2017},
        "isic2018": {"metrics": means(challenge2018), "perClass": challenge2018},
    }


few = (random.random(60) < 0.4).astype(int)
many = (random.random(300) < 0.2).astype(int)
cases = [
    ranking_case("many ties", few, scores_for(few, 10), probabilities=True),
    ranking_case("no ties", many, scores_for(many, 1e15), probabilities=True),
    ranking_case("some ties", many, scores_for(many, 200), probabilities=True),
    ranking_case("every score the same", few, np.full(60, 0.3)),
    ranking_case("perfect", few, few * 0.5 + 0.2),
    ranking_case("the wrong way round", few, 1.0 - few),
    ranking_case("negative scores and zeros", few, np.round(random.normal(0, 2, 60) + few)),
    ranking_case("single precision", many, scores_for(many, 1e15).astype(np.float32).astype(float)),
    ranking_case("all within a rounding of one", many, 1 - scores_for(many, 64) * 2.0**-50),
]
golden = {
    "rankings": cases,
    "segmentation": segmentation(),
    "features": features(),
    "classification": classification(),
}
path = Path(__file__).with_name("golden.json")
path.write_text(json.dumps(plain(golden), separators=(",", ":")) + "\n")
