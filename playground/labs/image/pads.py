"""The Three shift pads area: three networks on the same images, moved to every offset, side by side."""

import json
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import streamlit as st

from playground.format import percent
from playground.labs.image.config import ImageConfig
from playground.labs.image.shift_pads import SEEDS
from playground.pages.charts import MUTED
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession
from playground.run import Run

HEIGHT = 340
SHORT = 2  # characters of a class that has room in a cell


def pads_panel(session: PageSession) -> None:
    """A button, how far it is, and the pads."""
    st.caption(
        f"784-512-512-10, a CNN with a flattened end and one whose maps are averaged, {SEEDS} seeds each, learn from "
        "this run’s images: about 1 min on a free core. Choose **Small digits, centred**: they have room to move, "
        "and no network has seen them elsewhere. What you have drawn on the stage goes through them too."
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
    _row({name: pad(arm, found["reach"]) for name, arm in found["arms"].items()}, "pad")
    st.caption(about(found))
    if "drawing" in found:
        _row({name: drawn_pad(arm, found) for name, arm in found["arms"].items()}, "drawn_pad")
        st.caption(
            f"Your drawing, as it was when you pressed: at each offset how many of {found['seeds']} networks say "
            "what they say in the middle. The number is what most say there. Nobody but you knows what is right."
        )


def _row(figures: Mapping[str, Any], kind: str) -> None:
    for place, (name, figure) in zip(st.columns(len(figures)), figures.items(), strict=True):
        place.plotly_chart(figure, key=f"image.{kind}_{name}", config={"displaylogo": False})


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
    mean = percent(sum(arm["areas"]) / len(arm["areas"]))
    return _heat(f"{arm['label']}: {mean} of all places", arm["right"], reach)


def drawn_pad(arm: Mapping[str, Any], found: Mapping[str, Any]) -> Any:
    """Of a drawing at every offset, the share of an arm's seeds that say the same as in the middle, and what most
    say there."""
    said, reach, classes = np.array(arm["said"]), found["reach"], found["classes"]
    same = (said == said[:, reach, reach, None, None]).mean(0)
    most = np.eye(len(classes))[said].sum(0).argmax(-1)  # the first of those that as many say
    text = [[classes[each] for each in row] for row in most]
    title = f"{arm['label']}: {text[reach][reach]}, the same at {percent(float(same.mean()))}"
    return _heat(title, same, reach, text)


def _heat(title: str, shares: Any, reach: int, text: Any = None) -> Any:
    """A share at every offset, and words in each cell."""
    from plotly.graph_objects import Figure, Heatmap

    offsets, said = [*range(-reach, reach + 1)], {}
    if text is not None:
        is_short = max(len(each) for row in text for each in row) <= SHORT
        said = {"text": text, **({"texttemplate": "%{text}", "textfont": {"size": 9}} if is_short else {})}
    heat = Heatmap(
        x=offsets, y=offsets, z=shares, zmin=0, zmax=1, colorscale="Blues", showscale=False, **said,
        hovertemplate="%{y} down, %{x} across: %{z:.0%}" + ", %{text}" * bool(said) + "<extra></extra>",
    )  # fmt: skip
    axis = {"title": None, "tickvals": [-reach, 0, reach], "constrain": "domain"}
    return Figure(
        [heat],
        {
            "title": {"text": title, "font": {"size": 14}},
            "height": HEIGHT, "margin": {"t": 36, "r": 10, "b": 30, "l": 40}, "font": {"color": MUTED},
            "xaxis": axis, "yaxis": {**axis, "autorange": "reversed", "scaleanchor": "x"},
        },
    )  # fmt: skip
