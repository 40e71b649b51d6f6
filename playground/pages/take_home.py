"""The area Take home: every form of the run as a file, and how sensitive the run is. Costs nothing hidden."""

import json
import secrets
import time
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from playground.export import FORMS, Form, exported, file_name, forms_of
from playground.kinds import ConfigError
from playground.pages.session import PageSession, plain
from playground.pages.stage import saver
from playground.run import Run
from playground.stream.channel import Channel

REFRESH_S = 1.0
KEPT_S = 30.0  # time to keep a finished file after the run has advanced

SENSITIVITY = "sensitivity"
ANSWERS = (SENSITIVITY, "why")  # forms that are not files on this page: each is shown as text, elsewhere

Moment = tuple[Run, int]


@dataclass(slots=True)
class Order:
    """A requested form of the run at some step, in the making or done."""

    form: str
    moment: Moment
    file: Future[bytes]
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))
    seen_at: float | None = None  # when the page noticed that it is done

    @property
    def is_busy(self) -> bool:
        """Whether it is in the making."""
        return not self.file.done()

    @property
    def is_file(self) -> bool:
        """Whether it is done, and a file to save."""
        return self.seen_at is not None and self.form != SENSITIVITY


@st.fragment(run_every=REFRESH_S)
def take_home_panel(session: PageSession) -> None:
    """Draw a button for each of the run's files, with what the file is good for."""
    run, step, _ = session.channel().seen()
    order = _order(session, (run, step))
    st.caption(f"Each file is named {Path(file_name(run, None, 'py')).stem}. {_ABOUT}")
    with st.grid(min_column_width=220, gap="small", key="take_home_forms"):
        for name, form in forms_of(session.lab).items():
            if name not in ANSWERS:
                with st.container(gap="xxsmall"):
                    _form(session, name, form, order)
                    st.caption(form.help)
    ticket = order.ticket if order and order.is_file else ""
    saver(key="saver", data={"ticket": ticket, "button": ".st-key-made button"})
    _sensitivity(session, order)
    if refused := st.session_state.get(session.key("refused")):
        st.error(plain(refused), icon=":material/error:")


_ABOUT = "For those with an hourglass the run is trained again, up to the step that you see."


def _form(session: PageSession, name: str, form: Form, order: Order | None) -> None:
    """Draw the button of a form: a text form downloads at once, another is made on request and then saved once."""
    channel = session.channel()
    place: Any = {"key": f"take_{name}", "width": "stretch"}
    is_busy = order is not None and order.is_busy
    label = f"{form.label} :gray[.{form.extension.rpartition('.')[2]}]"
    if not form.trains:
        content = partial(_now, channel, name)  # called without a session, at a step that no one knows now
        file = file_name(channel.value()[0], None, form.extension)
        st.download_button(label, content, file, form.mime, icon=_SAVE, on_click="ignore", **place)
    elif order is not None and order.form == name and order.is_file:
        st.download_button(
            f"{form.label} of step {order.moment[1]:,}", order.file.result(),
            file_name(*order.moment, form.extension), form.mime,
            key="made", icon=_DONE, on_click="ignore", width="stretch",
        )  # fmt: skip
    elif order is not None and order.form == name:
        st.button(f"{form.label}: training again", icon="spinner", disabled=True, **place)
    else:
        st.button(label, icon=_MAKE, on_click=_ask, args=(name, session), disabled=is_busy, **place)


def _sensitivity(session: PageSession, order: Order | None) -> None:
    """Draw a button that computes the run's sensitivity in another process, and the sentence that comes of it."""
    is_busy = order is not None and order.is_busy
    is_ours = order is not None and order.form == SENSITIVITY
    st.button(
        "Computing the run again" if is_ours and is_busy else "How sensitive is this run?",
        icon="spinner" if is_ours and is_busy else ":material/ssid_chart:",
        key="ask_sensitivity", type="tertiary", help=FORMS[SENSITIVITY].help, disabled=is_busy,
        on_click=_ask, args=(SENSITIVITY, session),
    )  # fmt: skip
    if order is not None and is_ours and order.seen_at is not None:
        st.markdown(json.loads(order.file.result())["sentence"])


_SAVE, _MAKE, _DONE = ":material/download:", ":material/hourglass_empty:", ":material/check:"


def _now(channel: Channel, form: str) -> bytes:
    """Returns a text form of the run at the moment of the call."""
    run, step, metrics = channel.seen()
    return exported(run, step, form, shown=metrics)


def _ask(form: str, session: PageSession) -> None:
    """Start making a form of this moment in another process; the page checks for it every second."""
    channel = session.channel()
    moment = channel.value()
    st.session_state[session.key("refused")] = None
    st.session_state[session.key("order")] = Order(form, moment, channel.export(*moment, form))


def _order(session: PageSession, moment: Moment) -> Order | None:
    """Returns this page's order if it is in the making, or done and still current."""
    order: Order | None = st.session_state.get(session.key("order"))
    if order is None or not order.file.done():
        return order
    order.seen_at = order.seen_at or time.monotonic()
    try:
        order.file.result()
        if order.moment == moment or time.monotonic() - order.seen_at < KEPT_S:
            return order
    except (ConfigError, CancelledError) as error:
        st.session_state[session.key("refused")] = str(error) or "The server has ended this; try again."
    st.session_state[session.key("order")] = None
    return None
