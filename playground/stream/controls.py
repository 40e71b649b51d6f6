"""What a page's controls show, beside what the settings of its run are at the moment that the stage shows.

The two differ where one has gone back in time: the controls are then asked to follow. Until they have, what they show
is nobody's wish; only what the page itself changes is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.run import RunConfig


class Controls:
    """The controls of one page; ``shown`` is the configuration that they show."""

    def __init__(self, shown: RunConfig) -> None:
        self.shown = shown
        self._due: dict[str, Any] | None = None  # live settings that they are to show
        self._sent: dict[str, Any] | None = None  # and do not yet

    def ask(self, config: RunConfig) -> dict[str, Any]:
        """The page now shows ``config``. Returns what a person has changed in it."""
        changed, self.shown = self.shown.changed(config), config
        if changed:
            self._sent = None
        return changed

    def show(self, values: Mapping[str, Any]) -> None:
        """They have followed the run."""
        self.shown = replace(self.shown, **values)

    def follow(self, config: RunConfig) -> None:
        """Have them show the live settings of ``config``; asked for once."""
        wanted, shown = _live(config), _live(self.shown)
        if wanted != shown and wanted != self._sent:
            self._due = wanted
        self._sent = wanted if wanted != shown else None

    def take(self) -> dict[str, Any] | None:
        """What they are to show and have not been told yet, as JSON."""
        due, self._due = self._due, None
        return due

    def forget(self) -> None:
        """Another run has taken the place of the one that they followed."""
        self._due = self._sent = None


def _live(config: RunConfig) -> dict[str, Any]:
    values = config.to_json()
    return {name: values[name] for name, known in config.settings().items() if known.live}
