"""A page's run: keeps its settings equal in the address, the session and the channel.

Streamlit runs a page's script anew for every change. ``st.session_state`` persists: every setting under its own name,
which is its control's key, and for each lab the token of its channel.
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

_ALIVE = re.compile(r":(?=\S)|www(?=\.)|@", re.IGNORECASE)  # these get an invisible character behind them
RETRY_S = 3.0
SETTLES_S = 1.5  # time after which a page surely shows a value put into its control


class PageSession:
    """The state of a page of ``lab`` between its script's runs. ``show`` are settings of the view, which are part of
    the address but not of the run."""

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
        """Open the run that another page has handed over."""
        run, *place = st.session_state.get("handed_over", (None,))
        if run is None or run.lab != self.lab:
            return
        del st.session_state.handed_over
        try:
            self.open(run, *place)
        except ConfigError as error:
            toast(Problem("run", str(error)))

    def _comes_from_elsewhere(self) -> bool:
        """Whether the user comes from another page. Pages share widget keys, so ``session_state`` holds the previous
        page's values, or none."""
        names = [*self._known(), *self.show.settings()]
        return st.session_state.get("lab") != self.lab or any(name not in st.session_state for name in names)

    def key(self, name: str) -> str:
        """Returns the key of a page's own value in the session, different for each lab."""
        return f"{self.lab}.{name}"

    @property
    def token(self) -> str:
        """The token by which the stage's socket authenticates."""
        return str(st.session_state[f"token_{self.lab}"])

    def channel(self) -> Channel:
        """Returns the page's channel, with a run. Do not keep it: after a long absence of the page its channel is
        closed, and a new one replaces it."""
        channel = hub().channel(self.token, self.lab)
        if not channel.run_id:
            channel.configure(self._settings())
        return channel

    def inspect(self, *panels: str, look: Settings | None = None) -> Snapshot:
        """Returns panels of the run that are not streamed, of what ``look`` says. If the server is too busy, shows a
        message and stops the script."""
        try:
            return self.channel().inspect(*panels, look=look)
        except ConfigError as busy:
            st.info(plain(str(busy)), icon=":material/hourglass_top:")
            st.stop()

    def follow(self) -> Any:
        """Update the run and the address from the controls. Returns the configuration.

        Call it before drawing the controls, so that they show the result at once.
        """
        config = self._settings()
        self._take(config)
        try:
            is_anew = st.session_state.pop(self.key("anew"), False)
            self.channel().configure(config, self.keeps and not is_anew)
        except ConfigError as error:
            toast(Problem("run", str(error)))
        text = config.to_address()
        for name in config.settings().keys() - text.keys():
            st.query_params.pop(name, None)
        write_address(text)
        return config

    @property
    def keeps(self) -> bool:
        """Whether a run goes on where it can when its settings change."""
        return "keeps" in self.show.settings() and bool(st.session_state.get("keeps"))

    def shown(self) -> Any:
        """Returns the settings of the view, and writes them to the address."""
        show = self.show(**{name: st.session_state[name] for name in self.show.settings()})
        write_address(show.to_text())
        return show

    def open(self, run: Run, step: int, kept_id: str | None = None) -> None:
        """Open a run; ``kept_id`` is its id in the store, if it has one. A run of another lab opens on that lab's
        page, at the next redraw.

        Raises ConfigError where this server cannot run it; the page then stays unchanged.
        """
        if run.lab != self.lab:
            st.session_state.handed_over = run, step, kept_id
            st.session_state.changed = True
            return
        hub().channel(self.token, self.lab).open(run, step, kept_id)
        self._take(run.config)

    @property
    def held(self) -> link.Held:
        """What a link for a class has locked and hidden."""
        found: link.Held = st.session_state.get(self.key("held"), link.Held())
        return found

    def hides(self, name: str) -> bool:
        """Whether the control of a setting is not to be seen."""
        return name in self.held.hidden

    def is_locked(self, name: str) -> bool:
        """Whether a setting cannot be changed here: by a link for a class, or as the run's networks differ in it."""
        return self.varies(name) or any(name in names for names in self.held)

    def varies(self, name: str) -> bool:
        """Whether the run's networks differ in this setting, so that one control cannot show its value."""
        return name in self._present().varying

    def show_controls(self, values: Mapping[str, Any]) -> None:
        """Set the controls to the run's settings. Call it in a callback."""
        known = self._known()
        changed = {name: value for name, value in values.items() if name in known and known[name].can_change}
        if self._change(changed):
            self.channel().controls.show(changed)

    def start(self, values: Mapping[str, Any]) -> None:
        """Set settings for a new run, whether weights are kept or not; see ``change``."""
        st.session_state[self.key("anew")] = True
        self.change(values)

    def change(self, values: Mapping[str, Any]) -> bool:
        """Set settings, also of the view, as a person wants; those that a link holds stay.

        Returns whether any was valid. Call it in a callback. The next drawing calls ``redraw_if_changed``, since all
        controls may have changed.
        """
        present = self._present()
        stay = [name for name in values if any(name in names for names in self.held)]
        for name in stay:
            if getattr(present, name, values[name]) != values[name]:
                toast(self._labelled(Problem(name, "it is locked by the link that opened this page")))
        return self._change({name: value for name, value in values.items() if name not in stay})

    def _change(self, values: Mapping[str, Any]) -> bool:
        known, changed = {**self.show.settings(), **self._known(values)}, False
        for name in values:
            if name not in known:
                continue
            try:
                put(name, known[name].kind.check(values[name]))
                changed = True
            except ConfigError as error:
                toast(self._labelled(Problem(name, str(error))))
        if changed:
            st.session_state.changed = True
        return changed

    def _load_address(self) -> None:
        """Put the address's settings into the session and open its run. Invalid parts are reported and get their
        defaults."""
        text = st.query_params.to_dict()
        shown = {name: value for name, value in text.items() if name in self.show.settings()}
        show, problems = self.show.from_text(shown)
        asked = {k: v for k, v in text.items() if k not in shown} or dict(self.config_class.first)
        run, step, more, warning = link.read(self.lab, asked)
        st.query_params.clear()
        self._take(show, anew=True)
        self._take(run.config, anew=True)
        if run.edits or step:
            try:
                self.open(run, step)
            except ConfigError as error:
                more.append(Problem("link", str(error)))
        task, wrong = link.task(text)
        st.session_state[self.key(link.EXERCISE)] = task
        if task:
            write_address({link.EXERCISE: task})  # it is there again after a reload
        names = [*run.config.settings(), *self.show.settings()]
        held, unknown = link.held(text, names)
        st.session_state[self.key("held")] = held
        write_address(held.to_text())
        _report(problems + more + wrong + unknown)
        if warning:
            st.info(plain(warning))

    @staticmethod
    def _take(config: Settings, anew: bool = False) -> None:
        """Put settings into the session for the controls. With ``anew``, before any control is drawn, it sets all of
        them: Streamlit drops values that it still associates with another page's control."""
        for name in config.settings():
            value = getattr(config, name)
            if anew:
                st.session_state[name] = value
            elif _untouched(st.session_state.get(name)) != value:  # Streamlit refuses to set a drawn widget
                put(name, value)

    def _settings(self) -> RunConfig:
        """Returns the session's settings; replaces conflicting ones and devices that this machine lacks."""
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
        """Returns a problem with the label of its setting as its name."""
        known = self._known().get(problem.name)
        return replace(problem, name=known.label) if known else problem

    def _known(self, values: Mapping[str, Any] | None = None) -> dict[str, Setting]:
        """Returns the settings of the run, or of one with other ``values``."""
        return self.config_class.usual({**_state(), **(values or {})}).settings()

    def _present(self) -> RunConfig:
        """Returns the run's current configuration, or the default one without a run."""
        return hub().channel(self.token, self.lab).config

    def _read(self, name: str, known: Setting) -> Any:
        """Returns a setting's value from the session, parsed if it was typed. An invalid one is reported, and the
        current one stays."""
        if name not in st.session_state:  # dropped with its control, which the last drawing had no use for
            st.session_state[name] = getattr(self._present(), name)
        value = settled(name)
        try:
            is_typed = isinstance(value, str) and isinstance(known.kind, Integer | Number | Sizes)
            return known.kind.parse(value) if is_typed else known.kind.check(value)
        except ConfigError as error:
            toast(Problem(known.label, str(error)))
            return getattr(self._present(), name)


@st.fragment(run_every=RETRY_S)
def _wait(why: str) -> None:
    """Show a message in place of the page until the server has room for it."""
    st.info(why, icon=":material/hourglass_top:")
    if not hub().is_full:
        st.rerun()


def redraw_if_changed() -> None:
    """Draw the whole page again if a callback has changed settings. A fragment alone would leave old values in the
    other controls, which would then count as user input."""
    if st.session_state.pop("changed", False):
        if "handed_over" in st.session_state:
            run, *_ = st.session_state.handed_over
            st.switch_page(lab_page(run.lab))
        st.rerun()


def _state() -> dict[str, Any]:
    return {str(name): value for name, value in st.session_state.items()}


def put(name: str, value: Any) -> None:
    """Set the value of a control."""
    before = _untouched(st.session_state.get(name))
    st.session_state[name] = value
    if before != value:
        st.session_state.setdefault("put", {})[name] = before, value, time.monotonic()


def settled(name: str) -> Any:
    """Returns a control's value. A stale widget message can arrive just after ``put``; the old value is ignored for
    ``SETTLES_S``."""
    present = _untouched(st.session_state[name])
    before, value, at = st.session_state.get("put", {}).get(name, (None, None, -SETTLES_S))
    is_late = present == before and time.monotonic() - at < SETTLES_S
    return value if is_late else present


def _untouched(value: Any) -> Any:
    """Returns a control's value in the type of its setting: Streamlit turns an edited tuple into a list."""
    return tuple(value) if isinstance(value, list) else value


def write_address(text: Mapping[str, str]) -> None:
    """Update a part of the address."""
    if any(st.query_params.get(name) != value for name, value in text.items()):
        st.query_params.update(text)


def toast(problem: Problem) -> None:
    """Show a problem for a while."""
    st.toast(plain(str(problem)), icon=":material/warning:", duration="long")


def plain(text: str) -> str:
    """Returns untrusted text as one line, escaped for Markdown. An invisible character breaks addresses, icons and
    emoji, which a backslash does not prevent."""
    joined = _ALIVE.sub("\\g<0>\u2060", " ".join(text.split()))
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+!|$:~&" else sign for sign in joined)


def _report(problems: list[Problem]) -> None:
    if problems:
        lines = "\n".join(f"- **{plain(found.name)}**: {plain(found.message)}" for found in problems)
        st.warning(f"Some parts of this link could not be used; defaults stand in for them.\n\n{lines}")
