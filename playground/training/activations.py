"""The activations that PyTorch does not have. Scripts carry these classes as they stand here."""

from torch import Tensor, nn


class Step(nn.Module):
    """1 where z ≥ 0, else 0. Its own derivative is 0, so a gradient goes back as through clamp(z, −1, 1).

    That is the straight-through estimator (Bengio et al. 2013), clipped to |z| ≤ 1 (Hubara et al. 2016, equation 4).
    """

    def forward(self, z: Tensor) -> Tensor:
        straight = z.clamp(-1, 1)
        return (z >= 0).to(z.dtype) + (straight - straight.detach())  # what is added is 0 and has a slope
