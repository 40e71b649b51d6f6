"""Why this answer: what Captum says which pixels the answer hangs on, for the network and for its untrained self.

https://captum.ai; the methods are those of Simonyan et al. 2014 (saliency), Sundararajan et al. 2017 (integrated
gradients), Zeiler and Fergus 2014 (occlusion), and Selvaraju et al. 2017 (Grad-CAM).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.labs.image.model import Network
from playground.labs.image.plan import Layer

IG_STEPS = 32  # points on the way from black
WINDOW, STRIDE = 4, 2  # pixels that are covered, and how far the cover moves


def attribution(network: Network, layers: Sequence[Layer], image: Tensor, target: int, method: str) -> Tensor:
    """How much each part of ``image`` (1, 1, H, W) speaks for ``target``: (H, W), or for Grad-CAM as few numbers as
    the last maps have. All 0 for Grad-CAM where a network has no maps."""
    from captum.attr import IntegratedGradients, LayerGradCam, Occlusion, Saliency  # takes a second, so not before

    network.eval()
    inputs = image.clone()
    found: Any
    if method == "saliency":
        found = Saliency(network).attribute(inputs.requires_grad_(), target=target, abs=False)
    elif method == "integrated":
        ways = IntegratedGradients(network)
        found = ways.attribute(inputs, baselines=0, target=target, n_steps=IG_STEPS)
    elif method == "occlusion":
        window, stride = (1, WINDOW, WINDOW), (1, STRIDE, STRIDE)
        found = Occlusion(network).attribute(
            inputs, sliding_window_shapes=window, strides=stride, target=target, perturbations_per_eval=64
        )
    else:
        last = last_maps(layers)
        if last is None:
            return torch.zeros(1, 1)
        found = LayerGradCam(network, network.get_submodule(last)).attribute(inputs, target=target)
    map_: Tensor = found.detach()[0, 0]
    return map_


def last_maps(layers: Sequence[Layer]) -> str | None:
    """The activation behind the last convolution; None where there is none."""
    names = [layer.name for layer in layers if layer.kind == "activation" and layer.is_spatial]
    return names[-1] if names else None
