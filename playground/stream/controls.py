"""The values of a page's controls, which may differ from the settings of its run at the shown step.

They differ after going back in time, until the controls have been updated. They also differ for a moment after a live
setting has come over the stage's socket, which is faster than the page. Until the controls catch up, ignore their
values; only a change made on the page counts as user input.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.run import RunConfig


class Controls:
    """The controls of one page, which show the configuration ``shown``."""

    def __init__(self, shown: RunConfig) -> None:
        self.shown = shown
        self._due: dict[str, Any] | None = None  # settings to send to the controls
        self._sent: dict[str, Any] | None = None  # those sent but not shown yet
        self._ahead: dict[str, tuple[Any, Any]] = {}  # by name: the value still shown, and the next one

    def ask(self, config: RunConfig) -> dict[str, Any]:
        """Take the ``config`` that the page now shows. Returns the user's changes."""
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
        """Expect the controls to show ``value``, which the stage has already sent."""
        former, _ = self._ahead.get(name, (getattr(self.shown, name), None))
        self._ahead[name] = former, value
        self.show({name: value})

    def show(self, values: Mapping[str, Any]) -> None:
        """Note that the controls show ``values``."""
        self.shown = replace(self.shown, **values)

    def follow(self, config: RunConfig) -> None:
        """Request, once, that the controls show the settings of ``config`` that can change during a run."""
        wanted, shown = _changeable(config), _changeable(self.shown)
        if wanted != shown and wanted != self._sent:
            self._due = wanted
        self._sent = wanted if wanted != shown else None

    def take(self) -> dict[str, Any] | None:
        """Returns the settings to send to the controls, as JSON, and clears them."""
        due, self._due = self._due, None
        return due

    def forget(self) -> None:
        """Drop requests after a change of the run."""
        self._due = self._sent = None


def _changeable(config: RunConfig) -> dict[str, Any]:
    values = config.to_json()
    return {name: values[name] for name, known in config.settings().items() if known.can_change}
