"""The Recurrent area: exact match of the Transformer and of recurrent networks, by seconds and by updates."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.format import percent
from playground.pages.banded import learner, mean, shares
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

BY = {"seconds": "By seconds", "updates": "By updates"}

Found = Mapping[str, Any]


def beside_panel(session: PageSession) -> None:
    """A button, how far it is, and the curves."""
    st.caption(
        "Before Transformers, recurrent networks translated: they read one word after another, where a Transformer "
        "reads all at once. Here both learn the same task with the same updates."
    )
    computed_panel(
        session,
        "recurrent",
        label="Train recurrent networks beside it",
        icon=":material/compare_arrows:",
        help="The Transformer of these settings and two LSTMs of about as many weights, from their starts, with "
        "three seeds each; in a process of its own.",
        words=lambda run, _: f"Three networks learn {run.config.title()}",
        draw=lambda order: _shown(session, order),
    )


def _shown(session: PageSession, order: Order) -> None:
    found = json.loads(order.made.result())
    by = st.segmented_control(
        "Drawn", list(BY), default="seconds", format_func=BY.__getitem__, key=session.key("by"), required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    figure = curves(found, str(by), st.context.theme.type or "light")
    st.plotly_chart(figure, key=session.key(f"beside_{by}"), config={"displaylogo": False})
    st.caption(about(found))


def about(found: Found) -> str:
    """What the curves show, in words."""
    told = []
    for name, each in found["learners"].items():
        rate = found["updates"][-1] / max(mean(each["seconds"][-1]), 1e-9)
        told.append(
            f"{name} ({each['parameters']:,} weights): {rate:.0f} updates a second, in the end "
            f"{percent(mean(each['exact_match'][-1]))}"
        )
    return (
        f"{found['task']}: the share of unseen pairs that are translated right to the last word. {'; '.join(told)}. "
        f"A line is the mean of {found['seeds']} seeds, its band goes from the worst to the best; "
        f"{found['batch_size']} pairs in an update. All took turns on one core, which other work shares. Sentences "
        "here have few words, so that reading them at once saves little: it pays with long ones, and on a machine "
        "with many cores."
    )


def curves(found: Found, by: str, theme: str = "light") -> Any:
    """The exact match of all learners over their mean seconds, or over updates."""
    traces: list[dict[str, Any]] = []
    for index, (name, each) in enumerate(found["learners"].items()):
        places = [*map(mean, each["seconds"])] if by == "seconds" else found["updates"]
        traces += learner(index, name, places, each["exact_match"], theme)
    title = "seconds of training" if by == "seconds" else "updates"
    return shares(traces, "exact match", {"title": title, "rangemode": "tozero"})
