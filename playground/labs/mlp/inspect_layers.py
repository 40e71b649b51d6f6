"""A closer look at the layers: the distributions of activations and gradients, now and over time."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground.format import percent, scaled
from playground.pages.charts import MUTED, REFRESH_S
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession
from playground.training.history import EVEN

MARGIN = {"t": 30, "r": 10, "b": 40, "l": 60}
CONFIG = {"displaylogo": False}
BAND = 0.13  # opacity
LEAST = 1e-12  # of a gradient on a logarithmic axis
GOOD_RATIO = 1e-3  # of an update to its weights: Karpathy, CS231n, Neural Networks Part 3
TICKS = (0, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
# From the inputs to the output; each colour is seen on white and on black.
DEPTHS = ("#8a6bd1", "#4d7fd6", "#1d93b8", "#159a7b", "#5c9a2c", "#a08a12", "#c4761d", "#cf5a45", "#c2477f")
LOOK_FOR = (
    "Left, how large the outputs of each hidden layer are; right, how much the loss changes with each weight. Look "
    "for outputs that pile up at the ends (saturated, or dead at 0), for gradients that shrink from the last layer to"
    f" the first, and for updates far from a thousandth of their weights ({GOOD_RATIO:g})."
)
OVER_TIME = (
    "Lines are medians, bands hold nine of ten values. Look for layers whose gradient fades while others learn, and "
    "for when units die or saturate."
)


def layers_look(session: PageSession) -> None:
    """Draw them: now, as the run trains, and over time at a press."""
    _now(session)
    computed_panel(
        session, "over_time", label="Over time", icon=":material/timeline:",
        help="The same at some fifty moments from the start to now: the run is computed again beside this one.",
        words=lambda _, step: f"The layers up to step {step:,}",
        draw=lambda order: _over_time(session, order),
    )  # fmt: skip


@st.fragment(run_every=REFRESH_S)
def _now(session: PageSession) -> None:
    moment = session.inspect("insides")
    names = layer_titles(len(moment.arrays["gradients"]))
    left, right = st.columns([4, 3])
    left.plotly_chart(now_figure(moment.arrays, names), key=session.key("layers_now"), config=CONFIG)
    right.markdown(table(moment.arrays, names))
    right.caption(LOOK_FOR)


def layer_titles(layers: int) -> list[str]:
    """Returns the names of a network's layers."""
    return [f"hidden\u00a0{index + 1}" for index in range(layers - 1)] + ["output"]


def table(found: Mapping[str, Any], names: Sequence[str]) -> str:
    """Returns the layers' numbers as a Markdown table."""
    rows = [["layer", "dead", "saturated", "median gradient", "next update"], ["---", "---:", "---:", "---:", "---:"]]
    for index, name in enumerate(names):
        is_hidden = index < len(found["dead"])
        dead, saturated = (float(found[each][index]) if is_hidden else math.nan for each in ("dead", "saturated"))
        ratio, median = float(found["update_ratios"][index]), float(found["gradient_quantiles"][index, 2])
        cells = [percent(each).replace(" ", "\u00a0") if math.isfinite(each) else "–" for each in (dead, saturated)]
        rows.append([name, *cells, *(scaled(each) if math.isfinite(each) else "–" for each in (median, ratio))])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def now_figure(found: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The shares of activations and of gradients in equal bins, a line for each layer."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, horizontal_spacing=0.12)
    for column, kind in enumerate(("activation", "gradient"), start=1):
        for index, shares in enumerate(found[f"{kind}s"]):
            low, high = map(float, found[f"{kind}_ranges"][index])
            width = (high - low) / len(shares)
            line = {
                "x": low + width * (np.arange(len(shares)) + 0.5), "y": shares, "mode": "lines", "type": "scatter",
                "name": names[index], "legendgroup": names[index], "showlegend": column == 2,
                "line": {"shape": "hvh", "width": 2, "color": DEPTHS[index]}, "hovertemplate": "%{y:.1%}",
            }  # fmt: skip
            figure.add_trace(line, row=1, col=column)
    figure.update_xaxes(title="output of a hidden neuron", row=1, col=1)
    figure.update_xaxes(title="log₁₀ |∂loss/∂w|", row=1, col=2)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    return figure.update_layout(height=320, margin=MARGIN, legend=legend, uirevision="layers")


def _over_time(session: PageSession, order: Order) -> None:
    st.plotly_chart(over_time_figure(json.loads(order.made.result())), key=session.key("layers_time"), config=CONFIG)
    st.caption(f"{OVER_TIME} Up to step {order.step:,}.")


def over_time_figure(found: Mapping[str, Any]) -> Any:
    """Activations, gradients, units that are dead or saturated, and update-to-weight ratios over the updates."""
    from plotly.subplots import make_subplots

    plots = ("output", "|∂loss/∂w|", "dead or saturated", "‖Δw‖ / ‖w‖")
    figure = make_subplots(len(plots), 1, shared_xaxes=True, vertical_spacing=0.04)
    places = [math.log1p(step / EVEN) for step in found["steps"]]
    names = layer_titles(len(found["layers"]))
    for index, (name, layer) in enumerate(zip(names, found["layers"], strict=True)):
        look = {"type": "scatter", "legendgroup": name, "name": name}
        line = {**look, "mode": "lines", "x": places, "line": {"width": 2, "color": DEPTHS[index]}}
        for row, kind in enumerate(("activation_quantiles", "gradient_quantiles"), start=1):
            low, _, middle, _, high = _columns(layer[kind], LEAST if kind == "gradient_quantiles" else -math.inf)
            band = {
                **look, "x": [*places, *reversed(places)], "y": [*high, *reversed(low)], "mode": "lines",
                "fill": "toself", "fillcolor": DEPTHS[index], "opacity": BAND, "line": {"width": 0},
                "showlegend": False, "hoverinfo": "skip",
            }  # fmt: skip
            figure.add_trace(band, row=row, col=1)
            figure.add_trace({**line, "y": middle, "showlegend": row == 2}, row=row, col=1)
        shares = [
            dead if dead is not None else full for dead, full in zip(layer["dead"], layer["saturated"], strict=True)
        ]
        figure.add_trace({**line, "y": shares, "showlegend": False}, row=3, col=1)
        figure.add_trace({**line, "y": layer["update_ratios"], "showlegend": False}, row=4, col=1)
    for row, title in enumerate(plots, start=1):
        figure.update_yaxes(
            title=title, row=row, col=1, type="log" if row % 2 == 0 else "linear", exponentformat="power"
        )
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.02], row=3, col=1)
    figure.add_hline(GOOD_RATIO, row=4, col=1, line={"color": MUTED, "width": 1, "dash": "dot"})
    shown = [tick for tick in TICKS if tick <= found["steps"][-1]]
    ticks = {"tickvals": [math.log1p(tick / EVEN) for tick in shown], "ticktext": [f"{tick:,}" for tick in shown]}
    figure.update_xaxes(**ticks)
    figure.update_xaxes(title="updates", row=len(plots), col=1)
    legend = {"orientation": "h", "y": 1.01, "yanchor": "bottom"}
    return figure.update_layout(height=760, margin=MARGIN, legend=legend, uirevision="over time")


def _columns(rows: Sequence[Sequence[float | None] | None], least: float) -> list[list[float | None]]:
    """Returns the five quantiles as lists over time, each at ``least`` or more."""
    columns = zip(*(row or [None] * 5 for row in rows), strict=True)
    return [[value if value is None else max(value, least) for value in column] for column in columns]
