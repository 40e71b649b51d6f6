"""The Inspect area: curves and weights in Plotly, to hover, zoom and save. Nothing is computed while it is hidden."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import cycle, islice
from typing import Any

import numpy as np
import streamlit as st

from playground.lab import LABS, Lab, Metric
from playground.pages.session import PageSession
from playground.runs.store import Curves

REFRESH_S = 0.5
MUTED, TEXT = "#8c929d", {"light": "#22262b", "dark": "#f0f2f4"}  # as in the live curves
SERIES = {  # as in stage/colors.js
    "light": ("#6544ff", "#146756", "#ab81e4", "#ab7a16", "#789a9b", "#495616"),
    "dark": ("#a03cff", "#07e9a9", "#d175b5", "#cec608", "#daddf8", "#895d44"),
}
MARKS = ("circle", "square", "triangle-up", "diamond", "cross", "star")  # as in stage/marks.js
MOST_MARKS = 8  # on a line
GAP = 0.32  # between two plots, in the height of one
LOG = {"type": "log", "tickformat": "~g"}  # an axis of losses: 0.05 in full, not a small 5 below a large power of ten
LOSSES = "Viridis_r"  #: bright is a low loss, as on the map of learning rates
#: Its zero lets the page through, and so is pale on a light page and dark on a dark one.
DIVERGING = [[0.0, "#f59322"], [0.5, "rgba(140,146,157,.16)"], [1.0, "#0877bd"]]


_CURVES = (
    "Look for the epoch from which the test loss rises while the training loss falls on: from there the "
    "network learns its points by heart."
)
_WEIGHTS = (
    "A row is a neuron: blue weights are positive, orange ones negative. Look for an input whose column stays near "
    "0: no neuron uses it."
)


@st.fragment(run_every=REFRESH_S)
def inspect_panel(session: PageSession, input_names: Callable[[Any], list[str]]) -> None:
    """Draw all curves so far, and every layer's current weights; ``input_names`` are those of the first layer."""
    channel = session.channel()
    curves, weights = st.columns([3, 2])
    with curves:
        curves_chart(session)
        st.caption(_CURVES)
    with weights:
        arrays = session.inspect("weights").arrays
        layers = sum(name.startswith("layers.") for name in arrays) // 2  # a weight and a bias each
        index = st.selectbox(
            "Weights of",
            range(layers),
            key=session.key("inspect_layer"),
            format_func=lambda i: _layer_name(i, layers),
        )
        matrix, bias = arrays[f"layers.{index}.weight"], arrays[f"layers.{index}.bias"]
        names = [f"neuron {i + 1}" for i in range(matrix.shape[1])]
        if index == 0:
            names = input_names(channel.config)
        st.plotly_chart(_heatmap(matrix, bias, names), key=session.key("weights"), config=_CONFIG)
        st.caption(_WEIGHTS)


def curves_chart(session: PageSession) -> None:
    """Draw the curves of the page's run so far."""
    lab = LABS[session.lab]
    low = dict.fromkeys(metric.axes for metric in lab.metrics if metric.better == "low")
    is_log = bool(low) and st.toggle(f"Logarithmic {' and '.join(low)}", key=session.key("log_scale"))
    moment = session.inspect("curves", "scene")
    figure = curves_figure(
        lab,
        dict(zip(moment.info["columns"], moment.arrays["curves"].T, strict=True)),
        baselines=moment.info["scene"].get("baselines", ()),
        is_log=is_log,
        cursor=moment.epoch if moment.step < moment.info["furthest"] else None,
        theme=st.context.theme.type or "light",
    )
    st.plotly_chart(figure, key=session.key("curves"), config=_CONFIG)


_CONFIG = {"displaylogo": False}


def _layer_name(index: int, layers: int) -> str:
    return "the output layer" if index == layers - 1 else f"hidden layer {index + 1}"


def curves_figure(
    lab: Lab,
    curves: Curves,
    *,
    baselines: Sequence[Mapping[str, Any]] = (),
    is_log: bool = False,
    cursor: float | None = None,
    theme: str = "light",
) -> Any:
    """The measurements of a run of ``lab`` over epochs: a plot for all metrics with equal axes, where it has any.

    ``baselines`` are as in a stage's scene. ``is_log`` is for axes on which low is good. ``cursor`` is the epoch that
    the page shows, where one has gone back to it.
    """
    from plotly.graph_objects import Figure  # here: a page without Inspect does not load Plotly

    plots: dict[str, list[Metric]] = {}
    for metric in lab.metrics:
        if np.isfinite(curves[metric.name]).any():
            plots.setdefault(metric.axes, []).append(metric)
    end = max(float(curves["epoch"][-1]), 1.0)
    layout = _stacked({axes: _scale(metrics, is_log) for axes, metrics in plots.items()}, range=[0, end])
    lines: list[dict[str, Any]] = []
    for row, (axes, metrics) in enumerate(plots.items()):
        place = {"xaxis": _nth("x", row), "yaxis": _nth("y", row), "legend": _nth("legend", row)}
        for metric, colour in zip(metrics, _colours(len(metrics), theme), strict=True):
            lines.append(
                {**_line(metric, curves), **place, "name": metric.title, "line": {"color": colour, "width": 2}}
            )
        seen = np.concatenate([curves[metric.name][np.isfinite(curves[metric.name])] for metric in metrics])
        middle = float(seen.min() + seen.max()) / 2
        lowest = -math.inf
        if layout[_nth("yaxis", row)].get("type") == "log":  # on which a best possible loss of 1e-300 leaves no room
            lowest = float(seen[seen > 0].min(initial=math.inf)) / 10
        lines += [
            _baseline(each, end, (each["value"] < middle) == _is_low(metrics)) | place
            for each in baselines
            if each["axes"] == axes and each["value"] >= lowest
        ]
        top = layout[_nth("yaxis", row)]["domain"][1]
        layout[_nth("legend", row)] = {"orientation": "h", "y": top, "yanchor": "bottom"}
    layout["shapes"] = [_cursor(cursor, theme, row) for row in range(len(plots)) if cursor is not None]
    return Figure(lines, {**layout, "margin": _MARGIN | {"t": 30}, "uirevision": "curves"})


def overlay(runs: Sequence[tuple[str, Lab, Curves]], theme: str = "light") -> Any:
    """The curves of several runs over each other, each with its name and lab: those metrics that share the axes of
    the lab's score, which has the thick line. Each run has a colour and a mark."""
    from plotly.graph_objects import Figure

    plots: dict[str, list[Metric]] = {}
    lines: list[dict[str, Any]] = []
    for index, (name, lab, curves) in enumerate(runs):
        plot = plots.setdefault(lab.scored.axes, [])
        row, dashes = list(plots).index(lab.scored.axes), cycle(("dot", "dash", "dashdot"))
        others = [metric for metric in lab.metrics if metric.axes == lab.scored.axes and metric != lab.scored]
        for metric in [metric for metric in (lab.scored, *others) if metric.name in curves]:
            line = {"dash": "solid", "width": 2} if metric == lab.scored else {"dash": next(dashes), "width": 1}
            line["color"] = SERIES[theme][index % len(MARKS)]
            mark = {"symbol": MARKS[index % len(MARKS)], "size": 8, "maxdisplayed": MOST_MARKS}
            words = {"name": f"{escape(name)}, {metric.label}", "legendgroup": str(index), "line": line}
            words |= {"mode": "lines+markers", "marker": mark}
            lines.append({**_line(metric, curves), **words, "xaxis": _nth("x", row), "yaxis": _nth("y", row)})
            plot.append(metric)
    scales = {axes: {"rangemode": "tozero", **_scale(metrics, False)} for axes, metrics in plots.items()}
    layout = {**_stacked(scales, rangemode="tozero"), "legend": {"orientation": "h", "y": -0.2}}
    return Figure(lines, {**layout, "margin": _MARGIN, "uirevision": "overlay"})


_MARGIN = {"t": 10, "r": 10, "b": 40, "l": 60}


def _stacked(scales: Mapping[str, Mapping[str, Any]], **epochs: Any) -> dict[str, Any]:
    """The layout of plots below each other, which share their ``epochs``: of each the scale of its axis, by its
    title."""
    count = max(len(scales), 1)
    gap = GAP / count
    side = (1 - gap * (count - 1)) / count
    layout: dict[str, Any] = {"height": max(420, 180 * count + 60), "hovermode": "x unified"}
    for row, (title, scale) in enumerate(scales.items()):
        top, is_last = 1 - row * (side + gap), row == count - 1
        layout[_nth("yaxis", row)] = {
            "title": title, "domain": [max(top - side, 0), top], "anchor": _nth("x", row), **scale,
        }  # fmt: skip
        layout[_nth("xaxis", row)] = {
            "title": "epoch" if is_last else None, "showticklabels": is_last, "anchor": _nth("y", row),
            "matches": None if is_last else _nth("x", count - 1), "tickformat": ",", **epochs,
        }  # fmt: skip
    return layout


def _nth(name: str, row: int) -> str:
    """Plotly's name for an axis or a legend of the plot in ``row``, from 0."""
    return f"{name}{row + 1}" if row else name


def _baseline(baseline: Mapping[str, Any], end: float, is_good: bool) -> dict[str, Any]:
    """A line to epoch ``end``. As a trace it is in its place on a logarithmic axis too. Its name stands where no
    curve is: of a good value at the beginning, of another at the end."""
    name = escape(baseline["label"])
    return {
        "x": [0, end], "y": [baseline["value"]] * 2, "text": [name, ""] if is_good else ["", name],
        "mode": "lines+text", "textposition": ["top right", "top left"], "textfont": {"color": MUTED, "size": 11},
        "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
        "line": {"color": MUTED, "width": 1, "dash": "dot"},
    }  # fmt: skip


def _cursor(epoch: float, theme: str, row: int) -> dict[str, Any]:
    """A line from the bottom to the top of the plot in ``row``."""
    place = {"xref": _nth("x", row), "x0": epoch, "x1": epoch, "yref": f"{_nth('y', row)} domain", "y0": 0, "y1": 1}
    return {"type": "line", "line": {"color": TEXT[theme], "width": 2}, **place}


def _line(metric: Metric, curves: Curves) -> dict[str, Any]:
    """A metric over epochs, whose numbers read as everywhere else; gaps are between where it was measured."""
    values = curves[metric.name]
    text = [metric.text(value if math.isfinite(value) else None) for value in values.tolist()]
    words = {"text": np.array(text), "hovertemplate": "%{text}"}
    return {"x": curves["epoch"], "y": values, "mode": "lines", "connectgaps": True, **words}


def _colours(count: int, theme: str) -> list[str]:
    """The last of some lines stands out, as in the live curves; hues are for the third and further ones."""
    return [TEXT[theme]] if count == 1 else [*islice(cycle(SERIES[theme]), count - 2), MUTED, TEXT[theme]]


def _scale(metrics: Sequence[Metric], is_log: bool) -> dict[str, Any]:
    """How the axis of some metrics is divided."""
    if metrics and all(metric.unit == "share" for metric in metrics):
        return {"tickformat": ".0%", "range": [0, 1.02]}
    return LOG if is_log and _is_low(metrics) else {"type": "linear", "exponentformat": "power"}


def _is_low(metrics: Sequence[Metric]) -> bool:
    return any(metric.better == "low" for metric in metrics)


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
    figure.update_xaxes(showgrid=False)  # it would shine through
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure.update_layout(height=420, margin={"t": 30, "r": 10, "b": 40, "l": 60}, uirevision="weights")
