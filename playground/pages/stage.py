"""The page's live components, written in JavaScript (``playground/stage/``) and mounted by Streamlit."""

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.kinds import ConfigError
from playground.lab import LABS
from playground.pages.session import PageSession, redraw_if_changed, toast
from playground.runs.frame import pack, unpack
from playground.settings import Problem
from playground.stream.files import stage_address

POLL_S = 0.15
# A browser draws elements that arrive together in one go, and forty controls are slow: the stage is sent first. The
# others follow when it is there, which its socket says; far away that takes longer, so not later than this.
HEAD_START_S, LOOK_S = 0.35, 0.01


def _loader(module: str) -> str:
    """Returns the script that Streamlit sends, which imports the real one from our own route."""
    return f"""
// Streamlit's address is whatever stands before /static/ in its own scripts, proxies included.
const core = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/static/js/"));
const base = core ? core.name.slice(0, core.name.indexOf("/static/js/")) : window.location.origin;
const loaded = import(`${{base}}/{stage_address(module)}`);
export default function (component) {{
  let cleanup = null;
  let isOver = false;
  loaded.then((module) => {{
    if (!isOver) cleanup = module.default(component);
  }});
  return () => {{
    isOver = true;
    if (cleanup) cleanup();
  }};
}}
"""


def component(name: str, module: str) -> Any:
    """The component ``name`` whose JavaScript is ``module``, a path below ``playground/``. Register it once."""
    return st.components.v2.component(
        f"playground_{name}", html="<div></div>", js=_loader(module), isolate_styles=False
    )


PICTURES = {name: component(name, lab.picture) for name, lab in LABS.items()}
code = component("code", "stage/code.js")
saver = component("saver", "stage/saver.js")
copied = component("copied", "stage/copied.js")
into_view = component("into_view", "stage/into_view.js")


def mount(session: PageSession, may_change: tuple[str, ...] = (), **settings: Any) -> None:
    """The live picture of the session's run: over its own socket, or where a proxy refuses that, by polling.

    ``settings`` say how it is shown; ``may_change`` names the settings of the run that the stage may ask to change.
    Call it before the controls are drawn: what is sent first is painted first.
    """
    session.follow()
    transport = st.session_state.get("transport", "socket")
    data = {"token": session.token, "transport": transport, **settings}
    if any(session.held):
        data["locked"] = tuple(sorted({name for names in session.held for name in names}))
    if transport == "socket":
        first = session.channel().first_frame()  # sent with the page, before the socket is open
        with st.container():  # as a fragment has one: the stage stays in its place when the page begins to poll
            _mounted(session, may_change, _with_settings(first, data) if first else data)
        if first:
            latest = time.monotonic() + HEAD_START_S
            while time.monotonic() < latest and not session.channel().connected:
                time.sleep(LOOK_S)
    else:
        st.fragment(run_every=POLL_S)(_polled)(session, may_change, data)


def _polled(session: PageSession, may_change: tuple[str, ...], settings: Mapping[str, Any]) -> None:
    try:
        frame = session.channel().poll()
    except ConfigError as busy:
        toast(Problem("run", str(busy)))
        return
    _mounted(session, may_change, _with_settings(frame, settings))


def _with_settings(frame: bytes, settings: Mapping[str, Any]) -> bytes:
    header, arrays = unpack(frame)
    return pack({**header, "settings": settings}, arrays)


def _mounted(session: PageSession, may_change: tuple[str, ...], data: Any) -> None:
    key = f"stage_{session.lab}"
    PICTURES[session.lab](
        key=key,
        data=data,
        on_change_change=lambda: _take_change(session, key, may_change),
        on_controls_change=lambda: _take_controls(session, key),
        on_command_change=lambda: _take_command(session, key),
        on_transport_change=lambda: _take_transport(key),
    )
    redraw_if_changed()


def _take_change(session: PageSession, key: str, may_change: tuple[str, ...]) -> None:
    """Take the stage's changes of the network's structure and of seeds."""
    change = st.session_state[key].get("change")
    if isinstance(change, Mapping):
        session.change({k: v for k, v in change.items() if k in may_change})


def _take_controls(session: PageSession, key: str) -> None:
    """Set the controls to the settings at the shown step of the past; this is not user input."""
    controls = st.session_state[key].get("controls")
    if isinstance(controls, Mapping):
        session.show_controls(controls)


def _take_command(session: PageSession, key: str) -> None:
    """Carry out a command of a polling stage, which has no socket."""
    message = st.session_state[key].get("command")
    if isinstance(message, Mapping):
        try:
            answer = session.channel().handle(message)
            if answer is not None:
                answer.result()
        except ConfigError as error:
            toast(Problem(str(message.get("type")), str(error)))


def _take_transport(key: str) -> None:
    if st.session_state[key].get("transport") == "poll":
        st.session_state.transport = "poll"
        st.session_state.changed = True
