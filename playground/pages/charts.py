"""The Inspect area: curves and weights in Plotly, to hover, zoom and save. Costs nothing while it is hidden."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from playground.stream.channel import Channel

REFRESH_S = 0.5
TRAIN, TEST = "#8c929d", {"light": "#22262b", "dark": "#f0f2f4"}  # as in the live trace; hues are for signs
SERIES = ("#7a52c7", "#0f9d7a", "#c2417f", "#8a7a0a", "#4a6b8a", "#a0522d")  # of runs; orange and blue are signs
DIVERGING = [[0.0, "#f59322"], [0.5, "#e8eaeb"], [1.0, "#0877bd"]]


@st.fragment(run_every=REFRESH_S)
def inspect_panel(find_channel: Callable[[], Channel], input_names: Callable[[Any], list[str]]) -> None:
    """Loss and accuracy so far, and every layer's weights as they are now; ``input_names`` are those of the first."""
    channel = find_channel()
    curves, weights = st.columns([3, 2])
    with curves:
        log_scale = st.toggle("Logarithmic loss", key="log_scale")
        moment = channel.inspect("curves")
        in_past = moment.step < moment.info["furthest"]
        figure = _curves(moment.arrays["curves"], log_scale, moment.epoch if in_past else None)
        st.plotly_chart(figure, key="curves", config=_CONFIG)
    with weights:
        arrays = channel.inspect("weights").arrays
        layers = len(arrays) // 2
        index = st.selectbox(
            "Weights of", range(layers), key="inspect_layer", format_func=lambda i: _layer_name(i, layers)
        )
        matrix, bias = arrays[f"layers.{index}.weight"], arrays[f"layers.{index}.bias"]
        names = [f"neuron {i + 1}" for i in range(matrix.shape[1])]
        if index == 0:
            names = input_names(channel.config)
        st.plotly_chart(_heatmap(matrix, bias, names), key="weights", config=_CONFIG)


_CONFIG = {"displaylogo": False}


def _layer_name(index: int, layers: int) -> str:
    return "the output layer" if index == layers - 1 else f"hidden layer {index + 1}"


def _curves(rows: np.ndarray[Any, Any], log_scale: bool, cursor: float | None) -> Any:
    """Loss and, for classification, accuracy over epochs; ``rows`` are those of a run's history.

    ``cursor`` is the epoch that the page shows, where one has gone back to it.
    """
    from plotly.subplots import make_subplots  # here: a page without Inspect does not load Plotly

    _, epoch, train_loss, test_loss, train_accuracy, test_accuracy = rows.T
    has_accuracy = bool(np.isfinite(train_accuracy).any())
    dark_or_light = st.context.theme.type or "light"
    figure = make_subplots(rows=1 + has_accuracy, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    for row, train, test in ((1, train_loss, test_loss), (2, train_accuracy, test_accuracy))[: 1 + has_accuracy]:
        for name, values, colour in (("train", train, TRAIN), ("test", test, TEST[dark_or_light])):
            figure.add_scatter(
                x=epoch, y=values, name=name, line={"color": colour, "width": 2},
                hovertemplate="%{y:.4f}", legendgroup=name, showlegend=row == 1, row=row, col=1,
            )  # fmt: skip
    if cursor is not None:
        figure.add_vline(x=cursor, line={"color": TEST[dark_or_light], "width": 2})
    figure.update_yaxes(title="loss", type="log" if log_scale else "linear", row=1, col=1)
    if has_accuracy:
        figure.update_yaxes(title="accuracy", tickformat=".0%", range=[0, 1.02], row=2, col=1)
    figure.update_xaxes(range=[0, max(float(epoch[-1]), 1.0)])
    figure.update_xaxes(title="epoch", row=1 + has_accuracy, col=1)
    return figure.update_layout(
        height=420, margin={"t": 30, "r": 10, "b": 40, "l": 60}, hovermode="x unified",
        legend={"orientation": "h", "y": 1.08}, uirevision="curves",
    )  # fmt: skip


def overlay(runs: Sequence[tuple[str, np.ndarray[Any, Any]]]) -> Any:
    """The losses of several runs over each other; each has a name and rows as a run's history has them."""
    from plotly.graph_objects import Figure

    figure = Figure()
    for index, (name, rows) in enumerate(runs):
        colour = SERIES[index % len(SERIES)]
        for part, column, dash in (("test", 3, "solid"), ("train", 2, "dot")):
            figure.add_scatter(
                x=rows[:, 1], y=rows[:, column], name=f"{escape(name)}, {part}", mode="lines", legendgroup=str(index),
                line={"color": colour, "dash": dash, "width": 2 if part == "test" else 1},
                hovertemplate="%{y:.4f}",
            )  # fmt: skip
    figure.update_xaxes(title="epoch", rangemode="tozero")
    figure.update_yaxes(title="loss", rangemode="tozero")
    return figure.update_layout(
        height=380, margin={"t": 10, "r": 10, "b": 40, "l": 60}, hovermode="x unified", uirevision="overlay",
        legend={"orientation": "h", "y": -0.2},
    )  # fmt: skip


def _heatmap(matrix: np.ndarray[Any, Any], bias: np.ndarray[Any, Any], names: list[str]) -> Any:
    """One layer's weights (neurons, inputs) from the named inputs, with the biases as a last column."""
    from plotly.graph_objects import Figure, Heatmap

    values = np.column_stack([matrix, bias])
    limit = max(float(np.abs(values).max()), 1e-6)
    columns = [*(f"from {name}" for name in names), "bias"]
    figure = Figure(
        Heatmap(
            z=values, x=columns, y=[f"neuron {i + 1}" for i in range(len(bias))],
            zmin=-limit, zmax=limit, colorscale=DIVERGING, hovertemplate="%{y}, %{x}: %{z:.4f}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed")
    return figure.update_layout(height=420, margin={"t": 30, "r": 10, "b": 40, "l": 60}, uirevision="weights")
