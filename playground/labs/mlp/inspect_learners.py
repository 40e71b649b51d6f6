"""A closer look beside the network: other learners on the same data, and networks of other widths."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.format import loss, percent
from playground.pages.charts import LOG, MUTED, REFRESH_S, SERIES, TEXT
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

ACCENT = "#0877bd"
MARGIN = {"t": 30, "r": 20, "b": 45, "l": 60}
CONFIG = {"displaylogo": False}
LEARNERS = (
    "Bars are on test points, dots on training points; all have the network's inputs. Look for a simple learner that "
    "is as good as the network: then the network is not needed, or not yet trained. A dot far beyond its bar has "
    "learned its points by heart."
)
UNITS = (
    "One hidden layer of so many units; lines are means, bands the worst and the best of {seeds} seeds after "
    "{updates:,} updates. Look for where more units no longer help, and whether the test loss turns up again."
)


def learners_look(session: PageSession) -> None:
    """Draw what other learners make of the data of this moment, at a press, beside the network as it is now."""
    computed_panel(
        session, "learners", label="Train other learners", icon=":material/leaderboard:",
        help="A majority vote (or the mean), logistic (or ridge) regression, k nearest neighbours and a support "
        "vector machine, from scikit-learn, on the same points and inputs.",
        words=lambda *_: "Other learners",
        draw=lambda order: _learners(session, order),
    )  # fmt: skip


@st.fragment(run_every=REFRESH_S)
def _learners(session: PageSession, order: Order) -> None:
    found, metrics = json.loads(order.made.result()), session.channel().seen()[2]
    measure = found["measure"]
    own = {"name": "this network", **{part: metrics.get(f"{part}_{measure}") for part in ("train", "test")}}
    figure = learners_figure([*found["learners"], own], measure, st.context.theme.type or "light")
    st.plotly_chart(figure, key=session.key("learners_chart"), config=CONFIG)
    changed = "" if _same_data(session, order) else "**The data or the inputs have changed since: press again.** "
    st.caption(changed + LEARNERS)


def _same_data(session: PageSession, order: Order) -> bool:
    before: Any = order.run.config_after(sum(edit.step <= order.step for edit in order.run.edits))
    now: Any = session.channel().config
    return bool(before.task_key == now.task_key)


def learners_figure(rows: Sequence[Mapping[str, Any]], measure: str, theme: str = "light") -> Any:
    """A bar for each learner, the last one the network."""
    from plotly.graph_objects import Figure

    names = [row["name"] for row in rows]
    write = percent if measure == "accuracy" else loss
    bars = {
        "type": "bar", "orientation": "h", "y": names, "x": [row["test"] for row in rows], "name": "test",
        "text": [write(row["test"]) if row["test"] is not None else "not finite" for row in rows],
        "marker": {"color": [MUTED] * (len(rows) - 1) + [ACCENT]}, "textposition": "auto",
        "insidetextanchor": "start", "insidetextfont": {"color": "#fff"}, "outsidetextfont": {"color": TEXT[theme]}, 
        "hovertemplate": "%{y}: %{text}<extra>test</extra>",
    }  # fmt: skip
    dots = {
        "y": names, "x": [row["train"] for row in rows], "mode": "markers", "name": "training", "cliponaxis": False,
        "marker": {"color": TEXT[theme], "size": 9, "symbol": "circle-open", "line": {"width": 2}},
        "hovertemplate": "%{y}: %{x:.4g}<extra>training</extra>",
    }  # fmt: skip
    axis: dict[str, Any] = {
        "title": f"{measure} (less is better)" if measure == "loss" else measure,
        "rangemode": "tozero",
    }
    if measure == "accuracy":
        axis |= {"range": [0, 1.02], "tickformat": ".0%"}
    layout = {"height": 300, "margin": {**MARGIN, "l": 130}, "xaxis": axis, "yaxis": {"autorange": "reversed"}}
    return Figure([bars, dots], {**layout, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"}})


def units_look(session: PageSession) -> None:
    """Draw the losses by the width of one hidden layer, at a press."""
    computed_panel(
        session, "hidden_units", label="Train 1 to 32 hidden units", icon=":material/stacked_line_chart:",
        help="This run with one hidden layer of 1, 2, 4, 8, 16 and 32 units, each from three seeds, for as many "
        "updates as it has made (1,000 to 10,000).",
        words=lambda *_: "Eighteen networks",
        draw=lambda order: _units(session, order),
    )  # fmt: skip


def _units(session: PageSession, order: Order) -> None:
    found = json.loads(order.made.result())
    figure = units_figure(found, st.context.theme.type or "light")
    st.plotly_chart(figure, key=session.key("units_chart"), config=CONFIG)
    st.caption(UNITS.format(**found))


def units_figure(found: Mapping[str, Any], theme: str = "light") -> Any:
    """Training and test loss by hidden units, on logarithmic axes."""
    from plotly.graph_objects import Figure

    lines: list[dict[str, Any]] = []
    for name, color in (("training loss", SERIES[theme][0]), ("test loss", TEXT[theme])):
        rows = found[f"{name.split()[0].replace('training', 'train')}_loss"]
        kept = [
            (width, [each for each in row if each is not None])
            for width, row in zip(found["widths"], rows, strict=True)
        ]
        kept = [(width, row) for width, row in kept if row]
        widths = [width for width, _ in kept]
        low, high = [min(row) for _, row in kept], [max(row) for _, row in kept]
        band = {
            "x": [*widths, *reversed(widths)], "y": [*high, *reversed(low)], "mode": "lines", "fill": "toself",
            "fillcolor": color, "opacity": 0.15, "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
        }  # fmt: skip
        means = [sum(row) / len(row) for _, row in kept]
        line = {"x": widths, "y": means, "mode": "lines+markers", "name": name, "line": {"color": color, "width": 2},
                "hovertemplate": "%{x} units: %{y:.4f}"}  # fmt: skip
        lines += [band, line]
    axes = {
        "xaxis": {"title": "hidden units", "type": "log", "tickvals": found["widths"], "ticktext": found["widths"]},
        "yaxis": {"title": "loss", **LOG},
    }
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}
    return Figure(lines, {**axes, "height": 360, "margin": MARGIN, "legend": legend})
