"""What a page's controls show, beside what the settings of its run are at the moment that the stage shows.

The two differ after going back in time: the controls are then asked to follow. They differ also for a moment after a
live setting has come over the stage's socket, which is faster than the page. Until the controls have caught up, what
they show is no input; only a change of it is.
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
        self._ahead: dict[str, tuple[Any, Any]] = {}  # by name what they show still, and will show

    def ask(self, config: RunConfig) -> dict[str, Any]:
        """The page now shows ``config``. Returns what a person has changed in it."""
        for name, (former, value) in list(self._ahead.items()):
            if getattr(config, name) == former != value:
                config = replace(config, **{name: value})
            else:
                del self._ahead[name]
        changed, self.shown = self.shown.changed(config), config
        if changed:
            self._sent = None
        return changed

    def expect(self, name: str, value: Any) -> None:
        """They will show ``value``, of which the stage has told already."""
        former, _ = self._ahead.get(name, (getattr(self.shown, name), None))
        self._ahead[name] = former, value
        self.show({name: value})

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
