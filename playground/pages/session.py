"""A page's run: its settings in the address, in the session and in the channel, all three in line.

Streamlit runs a page's script anew for every change; what lasts is in ``st.session_state``: every setting under its
own name, where the controls find it, and for each lab the token of its channel.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from playground.kinds import ConfigError, Device, Integer, Number, Sizes
from playground.lab import LABS
from playground.pages.navigation import lab_page
from playground.run import Run, RunConfig, Snapshot
from playground.runs import link
from playground.settings import Problem, Setting, Settings
from playground.stream.channel import Channel
from playground.stream.hub import ServerFull, hub

_ALIVE = re.compile(r":(?=\S)|www(?=\.)|@", re.IGNORECASE)  # they get a sign behind them that nobody sees
RETRY_S = 3.0
SETTLES_S = 1.5  # after which a page shows what was put into its controls


class PageSession:
    """What a page of ``lab`` keeps over its script's runs. ``show`` are settings of the view, which are part of the
    address but not of the run."""

    def __init__(self, lab: str, show: type[Settings] = Settings) -> None:
        self.lab, self.show = lab, show
        self.config_class: type[RunConfig] = LABS[lab].config_class

    def begin(self) -> bool:
        """Open the page with the settings of its address. Returns False while the server has no room for it."""
        if f"token_{self.lab}" not in st.session_state:
            try:
                st.session_state[f"token_{self.lab}"] = hub().issue(self.lab)
            except ServerFull as full:
                _wait(str(full))
                return False
            self._load_address()
        elif self._comes_from_elsewhere():
            self._take(self._present(), anew=True)
            self._take(self.show(), anew=True)
        st.session_state.lab = self.lab
        self._take_handed_over()
        return True

    def _take_handed_over(self) -> None:
        """Open the run that another page has sent here."""
        run, *place = st.session_state.get("handed_over", (None,))
        if run is None or run.lab != self.lab:
            return
        del st.session_state.handed_over
        try:
            self.open(run, *place)
        except ConfigError as error:
            toast(Problem("run", str(error)))

    def _comes_from_elsewhere(self) -> bool:
        """Whether another page was here before. Its controls have the same names, so that what stands under them is
        that page's, or went with it."""
        names = [*self._known(), *self.show.settings()]
        return st.session_state.get("lab") != self.lab or any(name not in st.session_state for name in names)

    def key(self, name: str) -> str:
        """Where a page of this lab keeps something of its own in the session: another lab's page has its own."""
        return f"{self.lab}.{name}"

    @property
    def token(self) -> str:
        """What the stage shows to its socket."""
        return str(st.session_state[f"token_{self.lab}"])

    def channel(self) -> Channel:
        """The page's channel, with a run. Ask each time: one whose page was long away is given up, and made anew."""
        channel = hub().channel(self.token, self.lab)
        if not channel.run_id:
            channel.configure(self._settings())
        return channel

    def inspect(self, *panels: str) -> Snapshot:
        """Panels of the run that are read rather than watched; where the server is too busy for that, a sentence says
        so, and what would be drawn below it waits for the next time."""
        try:
            return self.channel().inspect(*panels)
        except ConfigError as busy:
            st.info(plain(str(busy)), icon=":material/hourglass_top:")
            st.stop()

    def follow(self) -> Any:
        """Bring the run and the address in line with the controls. Returns the configuration.

        Call it before the controls are drawn, so that they show the result at once.
        """
        config = self._settings()
        self._take(config)
        try:
            self.channel().configure(config)
        except ConfigError as error:
            toast(Problem("run", str(error)))
        write_address(config.to_text())
        return config

    def shown(self) -> Any:
        """What the page shows; the address says so too."""
        show = self.show(**{name: st.session_state[name] for name in self.show.settings()})
        write_address(show.to_text())
        return show

    def open(self, run: Run, step: int, kept_id: str | None = None) -> None:
        """Take the page to a run; ``kept_id`` is its name in the list, if it is there. A run of another lab opens on
        that lab's page, as soon as the script draws again.

        Raises ConfigError where this server cannot do it; the page stays as it is then.
        """
        if run.lab != self.lab:
            st.session_state.handed_over = run, step, kept_id
            st.session_state.changed = True
            return
        hub().channel(self.token, self.lab).open(run, step, kept_id)
        self._take(run.config)

    def varies(self, name: str) -> bool:
        """Whether the run's networks differ in this setting: then no one control can say what it is."""
        return name in self._present().varying

    def show_controls(self, values: Mapping[str, Any]) -> None:
        """Let the controls follow the run. Call it in a callback."""
        known = self._known()
        live = {name: value for name, value in values.items() if name in known and known[name].live}
        if self.change(live):
            self.channel().controls.show(live)

    def change(self, values: Mapping[str, Any]) -> bool:
        """Take over settings. Returns whether any of them could be used.

        Call it in a callback. The next drawing calls ``redraw_if_changed``, since all controls may have changed.
        """
        known, changed = self._known(values), False
        for name in values:
            if name not in known:
                continue
            try:
                _put(name, known[name].kind.check(values[name]))
                changed = True
            except ConfigError as error:
                toast(self._labelled(Problem(name, str(error))))
        if changed:
            st.session_state.changed = True
        return changed

    def _load_address(self) -> None:
        """Put the address's settings into the session and open its run; a wrong part is reported and gets its
        default."""
        text = st.query_params.to_dict()
        shown = {name: value for name, value in text.items() if name in self.show.settings()}
        show, problems = self.show.from_text(shown)
        run, step, more, warning = link.read(self.lab, {k: v for k, v in text.items() if k not in shown})
        st.query_params.clear()
        self._take(show, anew=True)
        self._take(run.config, anew=True)
        if run.edits or step:
            try:
                self.open(run, step)
            except ConfigError as error:
                more.append(Problem("link", str(error)))
        _report(problems + more)
        if warning:
            st.info(plain(warning))

    @staticmethod
    def _take(config: Settings, anew: bool = False) -> None:
        """Put settings into the session, where the controls find them; ``anew`` before any control is drawn: what
        is not put there then is lost with the other page's control of that name."""
        for name in config.settings():
            value = getattr(config, name)
            if anew:
                st.session_state[name] = value
            elif _untouched(st.session_state.get(name)) != value:  # Streamlit refuses it for a drawn widget
                _put(name, value)

    def _settings(self) -> RunConfig:
        """The session's settings; those that do not go together, or not with this machine, are brought in line."""
        known = self._known()
        values = {name: self._read(name, each) for name, each in known.items()}
        for name in [name for name, each in known.items() if isinstance(each.kind, Device)]:
            automatic, devices = next(iter(known[name].kind.options)), hub().devices  # type: ignore[attr-defined]
            if values[name] not in (automatic, *devices):
                have = " or ".join(devices)
                message = f"'{values[name]}' is not on this server, which has {have}; using {automatic}"
                toast(self._labelled(Problem(name, message)))
                values[name] = automatic
        config, conflicts = self.config_class.reconciled(values)
        for found in conflicts:
            if found.name not in known or not known[found.name].quiet:
                toast(self._labelled(found))
        refused = hub().limits.problems(config)
        for found in refused:
            toast(found)
        return self._present() if refused else config

    def _labelled(self, problem: Problem) -> Problem:
        """A problem with a setting, by the name that its control has on the page."""
        known = self._known().get(problem.name)
        return replace(problem, name=known.label) if known else problem

    def _known(self, values: Mapping[str, Any] | None = None) -> dict[str, Setting]:
        """The settings that the run has, or would have with other ``values``."""
        return self.config_class.usual({**_state(), **(values or {})}).settings()

    def _present(self) -> RunConfig:
        """The configuration that the run has now; the default one before there is a run."""
        return hub().channel(self.token, self.lab).config

    def _read(self, name: str, known: Setting) -> Any:
        """A setting's value from the session; what a person typed is still text. One that cannot be is said, and the
        present one stays."""
        value = _settled(name)
        try:
            is_typed = isinstance(value, str) and isinstance(known.kind, Integer | Number | Sizes)
            return known.kind.parse(value) if is_typed else known.kind.check(value)
        except ConfigError as error:
            toast(Problem(known.label, str(error)))
            return getattr(self._present(), name)


@st.fragment(run_every=RETRY_S)
def _wait(why: str) -> None:
    """In place of the page, until the server has room for it."""
    st.info(why, icon=":material/hourglass_top:")
    if not hub().is_full:
        st.rerun()


def redraw_if_changed() -> None:
    """Draw the whole page again where a callback has changed settings: a fragment would draw only itself, and what
    the other controls still show would be taken for a person's wish the next time."""
    if st.session_state.pop("changed", False):
        if "handed_over" in st.session_state:
            run, *_ = st.session_state.handed_over
            st.switch_page(lab_page(run.lab))
        st.rerun()


def _state() -> dict[str, Any]:
    return {str(name): value for name, value in st.session_state.items()}


def _put(name: str, value: Any) -> None:
    """Let a control show ``value``, in place of what it shows."""
    before = _untouched(st.session_state.get(name))
    st.session_state[name] = value
    if before != value:
        st.session_state.setdefault("put", {})[name] = before, value, time.monotonic()


def _settled(name: str) -> Any:
    """What a control says. A message may be under way that was sent before the page has learned of a new value: for a
    moment the old one is nobody's wish."""
    present = _untouched(st.session_state[name])
    before, value, at = st.session_state.get("put", {}).get(name, (None, None, -SETTLES_S))
    is_late = present == before and time.monotonic() - at < SETTLES_S
    return value if is_late else present


def _untouched(value: Any) -> Any:
    """A control's value as settings have it; Streamlit makes a list of a tuple that a person has touched."""
    return tuple(value) if isinstance(value, list) else value


def write_address(text: Mapping[str, str]) -> None:
    """Bring a part of the address up to date."""
    if any(st.query_params.get(name) != value for name, value in text.items()):
        st.query_params.update(text)


def toast(problem: Problem) -> None:
    """Say for a while what was refused."""
    st.toast(plain(str(problem)), icon=":material/warning:", duration="long")


def plain(text: str) -> str:
    """Text that somebody may have put into a link, as one line without any power over Markdown: no markup, and no
    address, icon or emoji, which Markdown finds in finished text and where no backslash helps."""
    joined = _ALIVE.sub("\\g<0>\u2060", " ".join(text.split()))
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+!|$:~&" else sign for sign in joined)


def _report(problems: list[Problem]) -> None:
    if problems:
        lines = "\n".join(f"- **{plain(found.name)}**: {plain(found.message)}" for found in problems)
        st.warning(f"Some parts of this link could not be used; defaults stand in for them.\n\n{lines}")
