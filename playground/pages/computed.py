"""A form of a run that a page shows: computed at a press, in a process beside the training, with a progress bar."""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.engine import Making
from playground.kinds import ConfigError
from playground.pages.session import PageSession, plain
from playground.run import Run

REFRESH_S = 0.5


@dataclass(slots=True)
class Order:
    """A ``form`` of a run at a step, in the making or done; ``words`` say of what.

    ``took_s`` are the seconds from the press until it was there, those in the queue with them.
    """

    form: str
    words: str
    run: Run
    step: int
    made: Making
    took_s: float = 0.0

    def __post_init__(self) -> None:
        begun = time.monotonic()

        def end(_: Any) -> None:
            self.took_s = time.monotonic() - begun

        self.made.add_done_callback(end)


def computed_panel(
    session: PageSession,
    form: str,
    *,
    label: str,
    help: str,
    icon: str,
    words: Callable[[Run, int], str],
    draw: Callable[[Order], None],
) -> None:
    """A button that has a ``form`` made of this moment, how far that is, and what came of it, by ``draw``.

    Of one that grows it also draws what there is so far, ``order.made.so_far``. ``words`` say what is computed, for
    the progress bar. Costs nothing while it is hidden.
    """
    key = session.key(form)
    order: Order | None = st.session_state.get(key)
    is_busy = order is not None and not order.made.done()

    def ask() -> None:
        channel = session.channel()
        run, step = channel.value()
        st.session_state[key] = Order(form, words(run, step), run, step, channel.export(run, step, form))

    st.button(label, key=session.key(f"ask_{form}"), icon=icon, disabled=is_busy, on_click=ask, help=help)
    if order is not None and is_busy:
        _progress(order, draw)
    elif order is not None:
        try:
            order.made.result()
        except (ConfigError, CancelledError) as error:
            if order.made.is_stopped:
                st.caption("Stopped.")
            else:
                st.error(plain(str(error) or "The server has ended this; try again."), icon=":material/error:")
            if order.made.so_far is not None:
                draw(order)
        else:
            draw(order)


@st.fragment(run_every=REFRESH_S)
def _progress(order: Order, draw: Callable[[Order], None]) -> None:
    """How far it is, a button to stop it, and what there is so far; draws the page again when it is there."""
    made = order.made
    if made.done():
        st.rerun()
    said = f"{order.words}: {made.share:.0%}" if made.running() else "Waiting for its turn"
    bar, button = st.columns((5, 1), vertical_alignment="center")
    bar.progress(made.share, said)
    button.button(
        "Stop", key=f"stop_{order.form}", on_click=made.stop, width="stretch", help="Keeps what is there so far."
    )
    if made.so_far is not None:
        draw(order)
