"""A closer look at two weights: the loss over them, all others as they are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground.labs.mlp.config import MLPConfig, TwoWeights
from playground.pages.charts import LOSSES, REFRESH_S, TEXT
from playground.pages.session import PageSession

LOOK_FOR = (
    "The loss over two weights or biases, all others as they are now; the dot is this network. Look for how steep "
    "the ground is at the dot, and whether the lowest place is near: as the other weights move, the ground moves too."
    " The mean of the first {rows:.0f} training points."
)
LEVELS = 20
HIGHEST = 3.0  # a loss that is this much above the dot's and the least is drawn no higher


def two_weights_look(session: PageSession) -> None:
    """Draw the menus of the two, and the loss over them."""
    config: Any = session.channel().config
    left, right = st.columns([3, 2])
    with right:
        first, second = (_menu(session, config, axis, index) for index, axis in enumerate(("Across", "Up")))
    with left:
        _plane(session, TwoWeights(first=first, second=second))


@st.fragment(run_every=REFRESH_S)
def _plane(session: PageSession, look: TwoWeights) -> None:
    """Draw the loss over them as it is now, and what to look for."""
    config: Any = session.channel().config
    if not all(map(config.has_element, (look.first, look.second))):
        st.rerun()  # another network, which has not these two: the menus follow
    found = session.inspect("loss_plane", look=look).arrays
    names = [weight_name(config, each) for each in (look.first, look.second)]
    figure = plane_figure(found, names, st.context.theme.type or "light")
    st.plotly_chart(figure, key=session.key("loss_plane"), config={"displaylogo": False})
    st.caption(LOOK_FOR.format(rows=found["rows"][0]))


def _menu(session: PageSession, config: MLPConfig, axis: str, index: int) -> str:
    """Draw the menus of a layer and of a weight or bias in it. Returns its PyTorch name."""
    which, what = st.columns([2, 3])
    layers = len(config.sizes) - 1
    key = session.key(f"weight_{index}")
    layer = which.selectbox(
        axis, range(layers), key=f"{key}_layer", filter_mode=None,
        format_func=lambda each: "Output" if each == layers - 1 else f"Hidden {each + 1}",
    )  # fmt: skip
    known = weights_of(config, layer)
    usual = min(index, len(known) - 1)
    chosen: str = what.selectbox(
        "Weight", known, index=usual, key=f"{key}_{layer}_{len(known)}", label_visibility="hidden",
        format_func=lambda each: weight_name(config, each),
    )  # fmt: skip
    return chosen


def weights_of(config: MLPConfig, layer: int) -> list[str]:
    """Returns the PyTorch names of a layer's weights, neuron by neuron, each after them its bias."""
    inputs, neurons = config.sizes[layer], config.sizes[layer + 1]
    return [
        name
        for row in range(neurons)
        for name in (*(f"layers.{layer}.weight[{row},{i}]" for i in range(inputs)), f"layers.{layer}.bias[{row}]")
    ]


def weight_name(config: MLPConfig, name: str) -> str:
    """Returns a weight's name in words: ``x₁ → 2``, ``bias of 2``."""
    layer = int(name.split(".")[1])
    place = [int(each) for each in name[name.index("[") + 1 : -1].split(",")]
    if len(place) == 1:
        return f"bias of {place[0] + 1}"
    source = config.input_label(config.inputs[place[1]]) if layer == 0 else f"{place[1] + 1}"
    return f"{source} → {place[0] + 1}"


def plane_figure(found: Mapping[str, Any], names: list[str], theme: str = "light") -> Any:
    """The loss over the two as contours, with a dot where the network is."""
    from plotly.graph_objects import Figure

    x, y, here = (float(each) for each in found["here"])
    finite = found["loss"][np.isfinite(found["loss"])]
    low, top = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    high = min(top, (here if low <= here <= top else low) + HIGHEST)
    size = max(high - low, 1e-6) / LEVELS
    ground = {
        "type": "contour", "x": found["axis"], "y": found["axis"], "z": found["loss"], "zmin": low, "zmax": high,
        "contours": {"start": low, "end": high, "size": size}, "colorscale": LOSSES, "line": {"width": 0.5},
        "colorbar": {"title": "loss"}, "hovertemplate": "%{x:.2f}, %{y:.2f}: loss %{z:.4f}<extra></extra>",
    }  # fmt: skip
    dot = {
        "x": [x], "y": [y], "mode": "markers", "hovertemplate": f"now: loss {here:.4f}<extra></extra>",
        "marker": {"size": 13, "color": "#fff", "line": {"color": "#000", "width": 2}}, "showlegend": False,
    }  # fmt: skip
    axes = {"xaxis": {"title": names[0]}, "yaxis": {"title": names[1]}}
    return Figure([ground, dot], {**axes, "height": 420, "margin": {"t": 20, "r": 10, "b": 45, "l": 60},
                                  "font": {"color": TEXT[theme]}, "uirevision": "loss_plane"})  # fmt: skip
