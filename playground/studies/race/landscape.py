"""The principal plane of trajectories through the space of parameters.

Its directions are the first two principal components of the trajectories' points (Lorch 2016, Visualizing Deep
Network Training Trajectories with PCA; Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, section 7).
Trajectories also move outside the plane, so the explained shares of variance are kept with it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

MARGIN, LEAST_MARGIN = 0.15, 0.02  # around the points, in shares of the extent
FITS = 0.5  # share of an extent that the points must fill to keep it
SWAP_RATIO = 2.0  # of the variances: from it on the two directions change their order
LEAST_ASPECT = 0.1  # shorter axis / longer axis, so that small movements are not magnified

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """``centre`` (P,) + a · ``directions[0]`` + b · ``directions[1]``; the directions (2, P) are orthonormal.

    ``shares`` (2,) are the explained shares of the points' variance, in [0, 1]. ``extent`` is the visible part:
    lowest and highest a, lowest and highest b, in the parameters' own unit.
    """

    centre: Doubles
    directions: Doubles
    shares: tuple[float, float]
    extent: tuple[float, float, float, float]

    def project(self, points: NDArray[np.floating]) -> Doubles:
        """Returns the coordinates (…, 2) of the projections of ``points`` (…, P)."""
        result: Doubles = (points - self.centre) @ self.directions.T
        return result

    def place(self, coordinates: NDArray[np.floating]) -> Doubles:
        """Returns the parameters (…, P) at ``coordinates`` (…, 2)."""
        result: Doubles = self.centre + coordinates @ self.directions
        return result

    def grid(self, side: int) -> Doubles:
        """Returns the coordinates (side², 2) of a grid over the extent, edges included; a varies fastest."""
        a, b = np.linspace(*self.extent[:2], side), np.linspace(*self.extent[2:], side)
        return np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2)


def principal_plane(points: NDArray[np.floating], start: NDArray[np.floating], former: Plane | None = None) -> Plane:
    """Returns the principal plane of ``points`` (n, P), P ≥ 2, with an extent that contains them all.

    The free signs follow the ``former`` plane, else they put the points' mean right of and above ``start`` (P,).
    Points that do not span a plane yet get fixed arbitrary directions, with a share of 0.
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
    least = LEAST_ASPECT * float(np.ptp(coordinates, axis=0).max()) or 2.0
    for axis in (0, 1):
        kept = np.array(former.extent[2 * axis : 2 * axis + 2]) + shift[axis] if former and is_near else None
        extent += _range(coordinates[:, axis], least, kept)
    return replace(plane, extent=(extent[0], extent[1], extent[2], extent[3]))


def _completed(rows: Doubles) -> Doubles:
    """Returns two orthonormal directions (2, P) that begin with ``rows``."""
    found = list(rows)
    random = np.random.default_rng(0)
    while len(found) < 2:
        other = random.normal(size=rows.shape[1])
        for row in found:
            other -= (other @ row) * row
        found.append(other / np.linalg.norm(other))
    return np.array(found)


def _as_before(directions: Doubles, shares: Doubles, former: Doubles) -> tuple[Doubles, Doubles]:
    """Returns the same plane with the signs of ``former``, and its order unless ``SWAP_RATIO`` is passed: a picture
    that flips is unreadable."""
    likeness = np.abs(directions @ former.T)
    is_swapped = likeness[0, 1] + likeness[1, 0] > likeness[0, 0] + likeness[1, 1]
    if is_swapped and shares[0] < SWAP_RATIO * shares[1]:
        directions, shares = directions[::-1], shares[::-1]
    signs = np.where((directions * former).sum(axis=1) < 0, -1.0, 1.0)
    return directions * signs[:, None], shares


def _range(values: Doubles, least: float, kept: Doubles | None) -> list[float]:
    """Returns the ends of an axis for ``values``: those ``kept`` while they fit, so that the picture is steady."""
    middle, half = (values.min() + values.max()) / 2, max(float(np.ptp(values)), least) / 2
    low, high = float(middle - half), float(middle + half)
    if kept is not None:
        width = float(kept[1] - kept[0])
        inside = low - kept[0] >= LEAST_MARGIN * width and kept[1] - high >= LEAST_MARGIN * width
        if inside and high - low >= FITS * width:
            return [float(kept[0]), float(kept[1])]
    margin = MARGIN * (high - low)
    return [low - margin, high + margin]
