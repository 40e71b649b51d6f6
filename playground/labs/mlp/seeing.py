"""What is seen of a run: the arrays of its stage and of the panels beside it, as pure reads."""

from collections.abc import Set
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.own import starter
from playground.data.points import CURVE_HEIGHT, DOMAIN, grid
from playground.data.tables import plane_share
from playground.export.palette import plane_colors
from playground.labs.mlp.baselines import baselines
from playground.labs.mlp.config import Look, MLPConfig
from playground.labs.mlp.drawn import FINE_DENSITY, MAP_DENSITY, PLANE_DENSITY, Drawn, between_features, features_of
from playground.labs.mlp.model import MLP
from playground.labs.mlp.network_settings import MAX_LAYERS, MAX_NEURONS
from playground.labs.mlp.probes import Shown, forward_values, neuron_maps, plane, quantized_maps, value_map
from playground.training.losses import OUTPUT_ACTIVATIONS

Arrays = dict[str, NDArray[Any]]


def maps(config: MLPConfig, model: MLP, data: Drawn, shown: Shown, look: Look, panels: Set[str]) -> Arrays:
    """Returns the drawn neurons' maps, the plane, and for a probed point its forward pass. ``fine`` and ``sharp``
    among the ``panels`` of a view say how finely the plane is drawn, see ``MLPExperiment.observe``."""
    output = OUTPUT_ACTIVATIONS[config.output_activation]
    arrays: Arrays = {**neuron_maps(model, output, data.map_features, shown)}
    layer, index = look.neuron or (-1, 0)
    device, fine = data.features.device, "fine" in panels
    if layer == 0 and index < len(config.shown_inputs):
        values = config.shown_at(grid(FINE_DENSITY if fine else PLANE_DENSITY))[:, index]
        arrays |= value_map(torch.from_numpy(values.copy()))
    else:
        at = features_of(config, grid(FINE_DENSITY), device) if fine else data.plane_features
        between = between_features(config, device) if "sharp" in panels and not fine else None
        arrays |= plane(model, output, at, look.neuron, between)
    if look.probe is not None:
        at = features_of(config, np.array([look.probe]), device)
        arrays["probe"] = forward_values(model, output, at, shown, config.drawn_inputs)
    return arrays


def thumbnail(config: MLPConfig, model: MLP, data: Drawn) -> NDArray[np.uint8]:
    """Returns the output over the plane as a picture (PLANE_DENSITY, PLANE_DENSITY, 3)."""
    levels: Any = plane(model, OUTPUT_ACTIVATIONS[config.output_activation], data.plane_features, None)["plane"]
    return plane_colors(levels)


def scene(config: MLPConfig, data: Drawn) -> dict[str, Any]:
    """Returns what stays the same from frame to frame: inputs, structure, names, reference values."""
    entry = config.data
    classes = [*entry.class_names] or [f"class {i}" for i in range(config.outputs)]
    return {
        "dataset": config.dataset,
        "task_key": config.task_key,
        "task": "regression" if entry.is_regression else "classification",
        "classes": entry.classes,
        "features": [
            {"name": name, "label": config.input_label(name), "active": name in config.inputs}
            for name in config.shown_inputs
        ],
        "all_columns": len(config.inputs) if entry.all_of else 0,
        "plane_share": plane_share(entry.all_of) if entry.all_of else None,
        "hidden_sizes": config.hidden_sizes,
        "columns": entry.columns,
        "curve_height": CURVE_HEIGHT if entry.is_curve else 0,
        "class_names": entry.class_names,
        "own": (config.own or starter(config.own_classes)) if config.dataset == "own" and not entry.is_table else "",
        "own_classes": config.own_classes,
        "outputs": classes if config.outputs > 1 else ["output"],
        "activation": config.by_layer,
        "normalization": config.normalization,
        "skips": config.skipped,
        "output_activation": config.output_activation,
        "domain": DOMAIN,
        "limits": {"layers": MAX_LAYERS, "neurons": MAX_NEURONS},
        "baselines": baselines(config, data.targets[data.train_size :]),
    }


def scene_arrays(config: MLPConfig, data: Drawn) -> Arrays:
    """Returns the points, and the maps of the inputs."""
    inputs = torch.from_numpy(config.shown_at(grid(MAP_DENSITY))).T
    found, ranges = quantized_maps(inputs)
    return {**points(data), "input_maps": found, "input_ranges": ranges}


def points(data: Drawn) -> Arrays:
    """Returns the ``points`` (N, 2), their ``labels`` (N,), and which are test points."""
    return {
        "points": data.split.points.astype(np.float32),
        "labels": data.split.labels.astype(np.float32),
        "is_test": (np.arange(len(data.split.labels)) >= data.train_size).astype(np.uint8),
    }


def outputs(config: MLPConfig, model: MLP, data: Drawn) -> Arrays:
    """Returns the ``outputs`` (N, outputs) at all points; over the plane, ``surface`` (side, side), the output of
    one neuron or the probability of the likeliest class."""
    output = OUTPUT_ACTIVATIONS[config.output_activation]
    over, at = (output(model(each)).cpu().numpy() for each in (data.plane_features, data.features))
    return {"outputs": at.copy(), "surface": over.max(axis=1).reshape(PLANE_DENSITY, PLANE_DENSITY).copy()}
