"""The plane through the space of parameters in which some trajectories moved most.

Its directions are the first two principal components of the trajectories' points (Lorch 2016, Visualizing Deep
Network Training Trajectories with PCA; Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 7).
A trajectory leaves the plane by what its other components hold, which is why the shares of variance are kept with it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

MARGIN, LEAST_MARGIN = 0.15, 0.02  # around the points, in shares of the extent
FITS = 0.5  # of an extent that the points must fill for it to stay
CLEARLY = 2.0  # this much more variance makes a direction the first one, whatever the order was
SLIMMEST = 0.1  # the shorter axis, beside the longer one: what hardly moves is not to look as if it did

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """``centre`` (P,) + a · ``directions[0]`` + b · ``directions[1]``; the directions (2, P) are orthonormal.

    ``shares`` (2,) of the points' variance lie along them, in [0, 1]. ``extent`` is the part that is looked at: the
    lowest and highest a, the lowest and highest b, in the parameters' own unit.
    """

    centre: Doubles
    directions: Doubles
    shares: tuple[float, float]
    extent: tuple[float, float, float, float]

    def project(self, points: NDArray[np.floating]) -> Doubles:
        """The coordinates (…, 2) of the plane's nearest points to ``points`` (…, P)."""
        result: Doubles = (points - self.centre) @ self.directions.T
        return result

    def place(self, coordinates: NDArray[np.floating]) -> Doubles:
        """The parameters (…, P) at ``coordinates`` (…, 2)."""
        result: Doubles = self.centre + coordinates @ self.directions
        return result

    def grid(self, side: int) -> Doubles:
        """The coordinates (side², 2) of a grid over the extent, edges included: a runs fastest, b upwards."""
        a, b = np.linspace(*self.extent[:2], side), np.linspace(*self.extent[2:], side)
        return np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)


def principal_plane(points: NDArray[np.floating], start: NDArray[np.floating], former: Plane | None = None) -> Plane:
    """The plane in which ``points`` (n, P) vary most, P ≥ 2, with an extent that holds them all.

    Signs are free: they are those of the ``former`` plane, else such that the points lie right of and above
    ``start`` (P,). Where the points don't span a plane yet, fixed arbitrary directions with a share of 0 stand in.
    """
    points = points.astype(np.float64)
    centre = points.mean(axis=0)
    _, sizes, rows = np.linalg.svd(points - centre, full_matrices=False)
    variances = np.zeros(2)
    variances[: len(sizes)] = sizes[:2] ** 2
    total = float((sizes**2).sum())
    shares = variances / total if total > 0 else variances
    directions = _completed(rows[:2][shares[: len(rows)] > 1e-12])
    if former is not None:
        directions, shares = _as_before(directions, shares, former.directions)
    else:
        signs = np.where((centre - start) @ directions.T < 0, -1.0, 1.0)
        directions = directions * signs[:, None]
    plane = Plane(
        centre=centre, directions=directions, shares=(float(shares[0]), float(shares[1])), extent=(0, 0, 0, 0)
    )
    coordinates = plane.project(points)
    is_near = former is not None and bool((np.diag(directions @ former.directions.T) > 0.97).all())
    shift = plane.project(former.centre) if former is not None and is_near else np.zeros(2)
    extent: list[float] = []
    least = SLIMMEST * float(np.ptp(coordinates, axis=0).max()) or 2.0
    for axis in (0, 1):
        kept = np.array(former.extent[2 * axis : 2 * axis + 2]) + shift[axis] if former and is_near else None
        extent += _range(coordinates[:, axis], least, kept)
    return replace(plane, extent=(extent[0], extent[1], extent[2], extent[3]))


def _completed(rows: Doubles) -> Doubles:
    """Two orthonormal directions (2, P), of which ``rows`` are the first."""
    found = list(rows)
    random = np.random.default_rng(0)
    while len(found) < 2:
        other = random.normal(size=rows.shape[1])
        for row in found:
            other -= (other @ row) * row
        found.append(other / np.linalg.norm(other))
    return np.array(found)


def _as_before(directions: Doubles, shares: Doubles, former: Doubles) -> tuple[Doubles, Doubles]:
    """The same plane with the signs of ``former``, and its order while that is a close call: a picture that flips is
    unreadable."""
    likeness = np.abs(directions @ former.T)
    is_swapped = likeness[0, 1] + likeness[1, 0] > likeness[0, 0] + likeness[1, 1]
    if is_swapped and shares[0] < CLEARLY * shares[1]:
        directions, shares = directions[::-1], shares[::-1]
    signs = np.where((directions * former).sum(axis=1) < 0, -1.0, 1.0)
    return directions * signs[:, None], shares


def _range(values: Doubles, least: float, kept: Doubles | None) -> list[float]:
    """From where to where an axis goes that shows ``values``: as it was ``kept`` while that fits, lest it twitch."""
    middle, half = (values.min() + values.max()) / 2, max(float(np.ptp(values)), least) / 2
    low, high = float(middle - half), float(middle + half)
    if kept is not None:
        width = float(kept[1] - kept[0])
        inside = low - kept[0] >= LEAST_MARGIN * width and kept[1] - high >= LEAST_MARGIN * width
        if inside and high - low >= FITS * width:
            return [float(kept[0]), float(kept[1])]
    margin = MARGIN * (high - low)
    return [low - margin, high + margin]
