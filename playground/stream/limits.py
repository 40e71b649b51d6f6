"""The limits of one server, set by environment variables; the README lists them."""

import os
from dataclasses import dataclass

from playground.kinds import ConfigError, Integer
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

PREFIX = "PLAYGROUND_MAX_"


@dataclass(frozen=True)
class Limits(Settings):
    """The limit ``pages`` is read from ``PLAYGROUND_MAX_PAGES``, and so on."""

    pages: int = setting(500, Integer(1, 100_000), "pages open at once")
    training: int = setting(60, Integer(1, 100_000), "pages that train at once; who presses Play later waits in line")
    turn_s: int = setting(300, Integer(1, 86_400), "seconds to train on untouched while others wait in line")
    away_s: int = setting(120, Integer(1, 86_400), "seconds that a closed page's run is kept for its return")
    parameters: int = setting(2_000_000, Integer(100, 10**9), "weights and biases of a network")
    points: int = setting(10_000, Integer(500, 10**9), "points of a dataset")
    comparison_mb: int = setting(600, Integer(200, 10**7), "megabytes that the networks of a comparison or map take")
    message_chars: int = setting(16384, Integer(512, 10**7), "characters in a message from a page")
    messages_per_s: int = setting(300, Integer(100, 10**6), "messages a second from a page")
    frames_per_s: int = setting(60, Integer(1, 1000), "frames a second to a page")
    kept_runs: int = setting(100_000, Integer(1, 10**9), "runs kept in the store, of all people together")
    kept_runs_each: int = setting(200, Integer(1, 10**6), "runs kept of one person, of which half may be pinned")
    export_s: int = setting(120, Integer(1, 86_400), "seconds to make one file of a run that is taken home")
    worker_mb: int = setting(
        2000, Integer(300, 10**7), "megabytes of a worker, which is then replaced by a fresh one"
    )

    @classmethod
    def from_environment(cls) -> "Limits":
        """Returns the limits of this server. Raises ConfigError where a variable is invalid."""
        names = {name: PREFIX + name.upper() for name in cls.settings()}
        given = {name: os.environ[variable] for name, variable in names.items() if variable in os.environ}
        limits, problems = cls.from_text(given)
        if problems:
            raise ConfigError("; ".join(f"{names[found.name]}: {found.message}" for found in problems))
        return limits

    def problems(self, config: RunConfig) -> list[Problem]:
        """Returns a problem for each demand of ``config`` beyond this server's limits."""
        return [
            Problem(name, f"{amount:,} is more than this server allows; use at most {getattr(self, name):,}")
            for name, amount in config.demands().items()
            if amount > getattr(self, name)
        ]
