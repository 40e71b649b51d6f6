"""The Over seeds area: the ladders as bands over five seeds, and the networks' training losses, seed by seed."""

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import streamlit as st

from playground.format import percent
from playground.labs.deep.surfaces import NAMES
from playground.pages.charts import MUTED, SERIES
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

HEIGHT = 340
WORDS = {"plain": "without skips", "residual": "with skips", "prefix": "of the short control"}
LADDERS = {"gradients": "relative gradient ‖g‖ / ‖W‖", "signals": "signal"}


def bands_panel(session: PageSession) -> None:
    """A button, how far it is, and what came of it. Costs nothing while it is hidden."""
    computed_panel(
        session, "seeds", label="Train with five seeds", icon=":material/stacked_line_chart:",
        help="Up to this moment with five seeds, from this one on, and at three learning rates: a third of this one, "
        "this one, three times it. It is done in a process of its own, and takes some 15 times as long as this run.",
        words=lambda _, step: f"{step:,} updates of 15 runs",
        draw=_shown,
    )  # fmt: skip


def _shown(order: Order) -> None:
    found = json.loads(order.made.result())
    theme = st.context.theme.type or "light"
    left, right = st.columns(2)
    for place, part in zip((left, right), LADDERS, strict=True):
        place.plotly_chart(ladders(found, part, theme), config={"displaylogo": False})
    left, right = st.columns(2)
    left.plotly_chart(pairs(found, theme), config={"displaylogo": False})
    right.markdown("  \n".join([*said(found), f"Step {order.step:,}, computed in {order.took_s:.0f} s."]))
    right.caption(
        "A line is the median of the seeds, a band reaches from the lowest to the highest. At the left below, each "
        "line is a seed: the same initial weights and examples in every network. Each network is shown at the best "
        "of the rates for it."
    )


def said(found: Mapping[str, Any]) -> list[str]:
    """What the losses say, in sentences: each network at its best rate, and how two compare seed by seed."""
    networks = found["networks"]
    lines = []
    for name, each in networks.items():
        known = [share for share in each["train_accuracy"] if share is not None]
        right = (
            f"{percent(min(known))} to {percent(max(known))} of the training examples right"
            if known
            else "stopped early"
        )
        lines.append(f"**{NAMES[name]}**: {right}, at its best rate {each['rate']:g} of {_listed(found['rates'])}.")
    for first, second in combinations(networks, 2):
        pair = zip(networks[first]["train_loss"], networks[second]["train_loss"], strict=True)
        known_pairs = [(a, b) for a, b in pair if a is not None and b is not None]
        higher = sum(a > b for a, b in known_pairs)
        seeds = f"{higher} of {len(known_pairs)} seeds"
        lines.append(f"The training loss {WORDS[first]} is above that {WORDS[second]} for {seeds}.")
    return lines


def _listed(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:.2g}" for rate in rates)


def ladders(found: Mapping[str, Any], part: str, theme: str = "light") -> Any:
    """One ladder of all networks, as bands over the seeds."""
    from plotly.graph_objects import Figure, Scatter  # here: a page without bands does not load Plotly

    figure = Figure()
    for color, (name, each) in zip(SERIES[theme], found["networks"].items(), strict=False):
        values = np.array(each[part], dtype=float)  # (seeds, layers)
        values[values <= 0] = np.nan  # there is no place for it on this scale
        layers = list(range(1, values.shape[1] + 1))
        low, middle, high = _levels(values)
        figure.add_scatter(
            x=[*layers, *layers[::-1]], y=[*high, *low[::-1]], fill="toself", fillcolor=color, opacity=0.25,
            line={"width": 0}, hoverinfo="skip", showlegend=False, mode="lines",
        )  # fmt: skip
        figure.add_trace(
            Scatter(x=layers, y=middle, name=NAMES[name], line={"color": color, "width": 2}, mode="lines",
                    hovertemplate="layer %{x}: %{y:.2g}")
        )  # fmt: skip
    figure.update_yaxes(type="log", dtick="D2", exponentformat="power")  # 1, 2 and 5 of each power of ten
    figure.update_xaxes(title="layer")
    return _laid_out(figure, f"{LADDERS[part][:1].upper()}{LADDERS[part][1:]}")


def _levels(values: Any) -> list[list[float | None]]:
    """The lowest, the median and the highest of the seeds for each layer; None where none is known."""
    found: list[list[float | None]] = []
    for level in (np.min, np.median, np.max):
        row: list[float | None] = []
        for column in values.T:
            known = column[np.isfinite(column)]
            row.append(float(level(known)) if len(known) else None)
        found.append(row)
    return found


def pairs(found: Mapping[str, Any], theme: str = "light") -> Any:
    """The training losses, a line for each seed from network to network."""
    from plotly.graph_objects import Figure, Scatter

    networks = found["networks"]
    figure = Figure()
    for index, seed in enumerate(found["seeds"]):
        figure.add_trace(
            Scatter(
                x=[NAMES[name] for name in networks], y=[each["train_loss"][index] for each in networks.values()],
                mode="lines+markers", line={"color": MUTED, "width": 1},
                marker={"size": 8, "color": SERIES[theme][0]},
                name=f"seed {seed}", showlegend=False, hovertemplate=f"seed {seed}: %{{y:.3g}}<extra></extra>",
            )
        )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    return _laid_out(figure, "Training loss")


def _laid_out(figure: Any, title: str) -> Any:
    return figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=HEIGHT, margin={"t": 36, "r": 10, "b": 40, "l": 50},
        font={"color": MUTED}, legend={"orientation": "h", "y": -0.2}, hovermode="x unified",
    )  # fmt: skip
