"""Trains a small network with torch and prints its losses and weights as JSON.

Reads from standard input {"x", "labels", "shape", "parameters", "steps", "rate", "momentum", "epsilon"}, with
arrays in tfjs's order: images [n, height, width, channels], filters [height, width, in, out].
"""
import json
import sys

import torch
import torch.nn.functional as functional

job = json.load(sys.stdin)
torch.set_num_threads(1)


def tensor(entry):
    return torch.tensor(entry["values"], dtype=torch.float32).reshape(entry["shape"])


images = tensor(job["x"]).permute(0, 3, 1, 2).contiguous()
labels = torch.tensor(job["labels"])
given = {name: tensor(entry) for name, entry in job["parameters"].items()}
given["filter"] = given["filter"].permute(3, 2, 0, 1).contiguous()
parameters = {name: value.clone().requires_grad_() for name, value in given.items()}
optimizer = torch.optim.SGD(parameters.values(), lr=job["rate"], momentum=job["momentum"])
losses = []
for _ in range(job["steps"]):
    convolved = functional.conv2d(images, parameters["filter"], padding=1)
    normalized = functional.batch_norm(
        convolved, None, None, parameters["scale"], parameters["offset"], training=True, eps=job["epsilon"]
    )
    pooled = functional.max_pool2d(functional.relu(normalized), 2)
    features = pooled.permute(0, 2, 3, 1).flatten(1)
    logits = features @ parameters["weights"] + parameters["bias"]
    loss = functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

results = {name: value.detach() for name, value in parameters.items()}
results["filter"] = results["filter"].permute(2, 3, 1, 0)
print(json.dumps({"losses": losses, "parameters": {k: v.flatten().tolist() for k, v in results.items()}}))
