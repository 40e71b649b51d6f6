"""The GAN lab: two players that learn from each other in a plain loop, and what can be seen of their game.

Read from the top: the data, the players, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.gan import measures, probes
from playground.labs.gan.config import LOSSES, GANConfig, Look
from playground.labs.gan.data import DOMAIN, SETS, examples
from playground.labs.gan.duel import Duel
from playground.labs.gan.model import GAMES, players
from playground.labs.gan.slow import next_round
from playground.plain import PlainExperiment
from playground.run import Snapshot, View
from playground.training.batches import generator
from playground.training.slices import stop_before
from playground.training.state import is_finite

JUDGED = 1000  # fakes that are measured
SHOWN, SHOWN_REAL, IMAGES = 150, 450, 64  # fakes and real points on the plane, and digits
SAFE_EVERY = 20  # rounds after which a moment is kept to which training can go back


class GANExperiment(PlainExperiment):
    """Two players in training. ``config`` is the configuration with all live edits applied."""

    config: GANConfig

    def __init__(self, config: GANConfig) -> None:
        self.config = config
        self._updates = {"discriminator": 0, "generator": 0}
        self._seen = 0  # examples drawn
        self._safe: dict[str, Any] | None = None  # a state of late
        data = training_data(config.dataset, config.drawing, config.size, config.data_seed)
        self.duel = Duel(config, data, players(config))
        self.network, self.optimizers = self.duel.network, self.duel.optimizers
        self._generator, self._discriminator = self.duel.generator, self.duel.discriminator
        self._fixed = self.duel.noise(JUDGED, generator(config.seed, "fixed noise"))
        self._dense = self.duel.noise(probes.MANY, generator(config.seed, "density"))
        self._plane = torch.from_numpy(probes.plane_points())
        self._measure()  # makes what all later ones share: its time says nothing of theirs
        self._begin(300)

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Play for ``steps`` rounds, for about ``budget_s`` seconds, or until either is spent. Returns how many.

        Stops before the first round that makes a weight infinite, and says so in ``notice``.
        """
        if self.notice is not None:
            return 0
        first = self.step
        if self._safe is None or self._safe["edits"] != self.edits or first - self._safe["step"] >= SAFE_EVERY:
            self._safe = self.state()
        if self._slicer.run(self._train, steps, budget_s):
            if not is_finite(self.network):
                self._stop_before_divergence(self._safe)
            self._meter.look(self.step, self._slicer.took_s, budget_s)
            self.record()
        return self.step - first

    def _train(self, count: int) -> int:
        self.network.train()
        for _ in range(count):
            self.duel.play(generator(self.config.seed, "round", self.step))
            discriminates, generates = self.config.rounds
            self._seen += discriminates * self.config.batch_size
            self._updates["discriminator"] += discriminates
            self._updates["generator"] += generates
            self.step += 1
        return count

    def _stop_before_divergence(self, before: Mapping[str, Any]) -> None:
        """Go to the last round with finite weights, from a moment ``before``."""

        def lands(count: int) -> bool:
            self.restore(before)
            self._train(count)
            return is_finite(self.network)

        stop_before(self.step - int(before["step"]), lands)
        rates = f"{self.config.generator_learning_rate:g} and {self.config.discriminator_learning_rate:g}"
        self.notice = (
            f"Training stopped at step {self.step}: the next round makes a weight infinite. "
            f"Try lower rates than {rates}."
        )

    @property
    def epoch(self) -> float:
        """How often as many examples were drawn as there are."""
        return self._seen / self.config.size

    @torch.no_grad()
    def _measure(self) -> dict[str, float | None]:
        """Both losses without penalty and how well the fakes imitate, by 1,000 fakes of fixed noise and as many fresh
        examples, with running means where there is batch normalization."""
        self.network.eval()
        fakes, real = (
            self._generator(self._fixed),
            torch.tensor(measures.fresh(*judged_by(self.config)), dtype=torch.float32),
        )
        found = judged(self.config, fakes, self._discriminator(real), self._discriminator(fakes))
        return found | {f"{player}_updates": float(count) for player, count in self._updates.items()}

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the plane's layers that the look asks for, or digits), ``scene`` (real
        examples, baselines) and ``thumbnail`` (fakes on the discriminator's map)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        self.network.eval()
        if "stage" in view.panels:
            look = view.look_as(Look)
            arrays |= self._stage(look)
            info |= {"view": look.to_json(), "plays": self.config.plays, "rates": self._rates()}
            if look.slow:
                is_plane = self.config.dataset != "digits"
                info["round"], slow = next_round(self.duel, self.step, self._plane if is_plane else None)
                arrays |= slow
        if "scene" in view.panels:
            info["scene"] = self._scene()
            shown = IMAGES if self.config.dataset == "digits" else SHOWN_REAL
            arrays["real"] = self.duel.data[:shown].numpy().copy()
            if self.config.noise_size <= 2:
                arrays["grid"] = probes.noise_grid(self.config.noise_size, self.config.noise).numpy().copy()
        if "thumbnail" in view.panels:
            with torch.no_grad():
                arrays["thumbnail"] = thumbnail(self.config, self._generator(self._fixed).numpy())
        return Snapshot.of(self, run_id, info, arrays)

    def _rates(self) -> dict[str, Any]:
        config = self.config
        return {
            "generator": config.generator_learning_rate,
            "discriminator": config.discriminator_learning_rate,
            "rounds": config.rounds,
        }

    def _stage(self, look: Look) -> dict[str, NDArray[Any]]:
        """``fakes`` (N, D) of fixed noise, their ``noise`` (N, 2 at most) and ``beliefs`` (N,); on the plane ``map``
        (SIDE, SIDE) from the bottom, ``arrows`` (N, 2) and ``manifold``, the corners of its cells."""
        config, is_plane = self.config, self.config.dataset != "digits"
        with torch.no_grad():
            fakes = self._generator(self._fixed[: SHOWN if is_plane else IMAGES])
        middle = probes.middle_of(config.loss, self._discriminator, self.duel.data[: len(fakes)], fakes)
        arrays = {
            "fakes": fakes.numpy(),
            "noise": self._fixed[: len(fakes), :2].numpy().copy(),
            "beliefs": probes.belief_of(config.loss, self._discriminator, fakes, middle),
        }
        if not is_plane:
            return arrays
        if look.map != "none":
            arrays["map"] = self._map(look.map, middle)
        if look.arrows != "none":
            arrays["arrows"] = probes.arrows(look.arrows, GAMES[config.loss], self._discriminator, fakes, middle)
        if look.manifold and config.noise_size <= 2:
            with torch.no_grad():
                arrays["manifold"] = self._generator(probes.noise_grid(config.noise_size, config.noise)).numpy()
        return arrays

    def _map(self, kind: str, middle: float) -> NDArray[np.uint8]:
        if kind == "best" and SETS[self.config.dataset].mixture is not None:
            with torch.no_grad():
                fakes = self._generator(self._dense)
            shares: NDArray[Any] = probes.best_discriminator(self.config.dataset, fakes.numpy())
        else:
            shares = probes.belief_of(self.config.loss, self._discriminator, self._plane, middle)
        return probes.levels(shares).reshape(probes.SIDE, probes.SIDE)

    def _scene(self) -> dict[str, Any]:
        config = self.config
        baselines = [
            {
                "label": "D guessing" if player == "discriminator" else "G, D guessing",
                "value": value,
                "axes": "loss",
                "help": f"the {player}'s loss where the discriminator can no longer tell",
            }
            for player, value in LOSSES[config.loss].equilibrium.items()
        ]
        baselines.append(
            {"label": "two real samples", "value": measures.floor(*judged_by(config)), "axes": "distance"}
        )
        mixture = SETS[config.dataset].mixture
        return {
            "dataset": config.dataset,
            "drawing": config.drawing if config.dataset == "drawn" else "",
            "domain": DOMAIN,
            "loss": config.loss,
            "modes": 10 if config.dataset == "digits" else len(mixture.centres) if mixture else None,
            "centres": mixture.centres.tolist() if mixture else [],
            "noise_size": config.noise_size,
            "sizes": {"generator": config.sizes("generator"), "discriminator": config.sizes("discriminator")},
            "equilibrium": dict(LOSSES[config.loss].equilibrium),
            "baselines": baselines,
        }

    # Changing

    def _follow(self) -> None:
        """Bring what is made of live settings in line with them."""
        self.duel.follow(self.config)

    def state(self) -> dict[str, Any]:
        return {**super().state(), "updates": dict(self._updates), "seen": self._seen}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        super().restore(state)
        self._safe = None
        self._updates, self._seen = dict(state["updates"]), state["seen"]


@lru_cache(maxsize=4)
def training_data(dataset: str, drawing: str, size: int, seed: int) -> Tensor:
    """Returns the examples (size, D) of a run; runs share them, nobody writes into them."""
    return torch.from_numpy(examples(dataset, drawing, size, np.random.default_rng([seed, 0]))).float()


def judged_by(config: GANConfig) -> tuple[str, str, int, int]:
    """Returns what names the fresh examples by which a run is judged."""
    return config.dataset, config.drawing, JUDGED, config.data_seed


def judged(config: GANConfig, fakes: Tensor, real_outputs: Tensor, fake_outputs: Tensor) -> dict[str, float | None]:
    """Returns both losses without penalty, from the discriminator's outputs (N, 1) at fresh examples and at fakes
    (N, D), and how well these imitate; None for what is not finite."""
    game, points = GAMES[config.loss], fakes.double().numpy()
    found: dict[str, float] = {
        "discriminator_loss": game.discriminator(real_outputs, fake_outputs).item(),
        "generator_loss": game.generator(fake_outputs).item(),
        **measures.modes(config.dataset, points),
        "sliced_wasserstein": measures.distance_to(*judged_by(config))(points),
    }
    return {name: value if math.isfinite(value) else None for name, value in found.items()}


def thumbnail(config: GANConfig, fakes: NDArray[Any]) -> NDArray[np.uint8]:
    """Returns fakes (N, D) as a picture (48, 48, 3): dark dots on a light ground, or 6 × 6 digits."""
    side = 48
    if config.dataset == "digits":
        tiles = probes.levels((1 - fakes[:36]) / 2).reshape(6, 6, 8, 8)
        grey = tiles.transpose(0, 2, 1, 3).reshape(side, side)
    else:
        low, high = DOMAIN
        squares = np.floor((fakes - low) * (side / (high - low)))
        x, y = squares[((squares >= 0) & (squares < side)).all(1)].astype(int).T
        counts = np.bincount((side - 1 - y) * side + x, minlength=side**2).reshape(side, side)
        grey = probes.levels(1 - np.minimum(counts / 4, 1) * 0.8)
    return np.repeat(grey[:, :, None], 3, 2)
