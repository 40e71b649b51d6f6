"""The Three shift pads area: three networks on the same images, moved to every offset, side by side."""

import json
from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from playground.format import percent
from playground.labs.image.config import ImageConfig
from playground.labs.image.shift_pads import SEEDS
from playground.pages.charts import MUTED
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession
from playground.run import Run

HEIGHT = 340


def pads_panel(session: PageSession) -> None:
    """A button, how far it is, and the pads."""
    st.caption(
        f"784-512-512-10, a CNN with a flattened end and one whose maps are averaged, {SEEDS} seeds each, learn from "
        "this run’s images: about 1 min on a free core. Choose **Small digits, centred**: they have room to move, "
        "and no network has seen them elsewhere."
    )
    computed_panel(
        session,
        "shift_pads",
        label="Train all three and move the digits",
        icon=":material/open_with:",
        help="In a process of its own; your network goes on meanwhile.",
        words=_words,
        draw=_shown,
    )


def _words(run: Run, step: int) -> str:
    return f"Three networks on {cast(ImageConfig, run.config).images_set.label.lower()}"


def _shown(order: Order) -> None:
    found = json.loads(order.made.result())
    places = st.columns(len(found["arms"]))
    for place, (name, arm) in zip(places, found["arms"].items(), strict=True):
        place.plotly_chart(pad(arm, found["reach"]), key=f"image.pad_{name}", config={"displaylogo": False})
    st.caption(about(found))


def about(found: Mapping[str, Any]) -> str:
    """What the pads show, in words."""
    areas = "; ".join(
        f"{arm['label']} at {percent(min(arm['areas']))} to {percent(max(arm['areas']))}"
        for arm in found["arms"].values()
    )
    return (
        f"{found['set']}: the share of {found['moved']} test images that are right when they are moved so far, the "
        f"mean of {found['seeds']} seeds. Of all places right: {areas}. A network with a weight for each place knows "
        "a digit only where it has seen it."
    )


def pad(arm: Mapping[str, Any], reach: int) -> Any:
    """One arm's share of right answers at every offset, in pixels."""
    from plotly.graph_objects import Figure, Heatmap

    offsets = [*range(-reach, reach + 1)]
    heat = Heatmap(
        x=offsets, y=offsets, z=arm["right"], zmin=0, zmax=1, colorscale="Blues", showscale=False,
        hovertemplate="%{y} down, %{x} across: %{z:.0%}<extra></extra>",
    )  # fmt: skip
    mean = percent(sum(arm["areas"]) / len(arm["areas"]))
    axis = {"title": None, "tickvals": [-reach, 0, reach], "constrain": "domain"}
    return Figure(
        [heat],
        {
            "title": {"text": f"{arm['label']}: {mean} of all places", "font": {"size": 14}},
            "height": HEIGHT, "margin": {"t": 36, "r": 10, "b": 30, "l": 40}, "font": {"color": MUTED},
            "xaxis": axis, "yaxis": {**axis, "autorange": "reversed", "scaleanchor": "x"},
        },
    )  # fmt: skip
