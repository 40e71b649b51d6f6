"""What Inspect shows beside the curves and the weights: one closer look, chosen from a menu; no other is computed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from playground.catalog import SCHEDULES
from playground.export.palette import CLASSES
from playground.labs.mlp import judging
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.inspect_layers import layers_look
from playground.labs.mlp.inspect_learners import learners_look, units_look
from playground.labs.mlp.inspect_weights import two_weights_look
from playground.pages.charts import REFRESH_S, inspect_panel
from playground.pages.session import PageSession

POINTS = 200  # of the drawn schedule
ACCENT, MUTED = "#0877bd", "#8c929d"
MARGIN = {"t": 30, "r": 10, "b": 40, "l": 60}
Figures = dict[str, tuple[Callable[..., Any], str]]


def inspect(session: PageSession, input_names: Any) -> None:
    """Draw the panels."""
    inspect_panel(session, input_names)
    _closer(session)


@st.fragment  # menus stand outside what is drawn again while it trains: an open one stays open
def _closer(session: PageSession) -> None:
    """Draw the menu of closer looks, and the chosen one."""
    config: Any = session.channel().config
    looks = looks_of(config)
    key = session.key("closer")
    if st.session_state.get(key) not in (None, *looks, *INSIDES):
        st.session_state[key] = None
    chosen = st.selectbox(
        "A closer look", [*looks, *INSIDES], index=None, key=key, placeholder="none", filter_mode=None
    )
    if chosen in INSIDES:
        INSIDES[chosen](session)
    elif chosen is not None:
        _judged(session, chosen, *looks[chosen])


@st.fragment(run_every=REFRESH_S)
def _judged(session: PageSession, chosen: str, make: Callable[..., Any], words: str) -> None:
    """Draw a figure of the outputs, and what to look for."""
    config: Any = session.channel().config
    if chosen not in looks_of(config):
        st.rerun()  # other data, at which one cannot look so: the menu follows
    moment = session.inspect("outputs")
    figure, number = make(config, moment)
    left, right = st.columns([3, 2])
    with left:
        picked: Any = st.plotly_chart(
            figure,
            key=session.key(f"closer_{chosen}"),
            config={"displaylogo": False},
            on_select="rerun" if chosen == "Confusion" else "ignore",
            selection_mode="points",
        )
    right.markdown(f"**{number}**" if number else "")
    right.caption(words)
    if chosen == "Confusion" and (cells := picked.selection.point_indices):
        right.plotly_chart(points_figure(config, moment, int(cells[0])), key=session.key("cell"))


INSIDES: dict[str, Callable[[PageSession], None]] = {
    "Layers": layers_look,
    "Two weights": two_weights_look,
    "Other learners": learners_look,
    "Hidden units": units_look,
}


def looks_of(config: MLPConfig) -> Figures:
    """Returns what can be looked at closer in a run of ``config``: by name its figure, and what to look for."""
    judged = {"Residuals": residuals_figure}
    if not config.data.is_regression:
        judged = {"Confusion": confusion_figure, "Calibration": calibration_figure, "ROC": roc_figure}
    moving = {"Schedule": _schedule} if config.schedule != "constant" else {}
    figures = {**judged, "Surface": surface_figure, **moving}
    return {name: (make, _LOOK_FOR[name]) for name, make in figures.items()}


_LOOK_FOR = {
    "Confusion": "Rows are the classes of the test points, columns the answers. Look off the diagonal: which two are "
    "confused? Press a cell to see its points.",
    "Calibration": "How sure the answers are, and how many are right. On the diagonal a network knows what it knows; "
    "below it is too sure.",
    "ROC": "How many points of a class are found against how many others are taken for it, at every threshold. Look "
    "for a curve that hugs the upper left corner: its area is 1.",
    "Residuals": "Each test point's error by its value. Look for a pattern: without one only noise is left. R² is 1 "
    "for perfect answers, 0 for the mean.",
    "Surface": "The output over the plane as a height. Look for walls where classes meet: "
    "large weights make steep ones.",
    "Schedule": "The learning rate by epoch; the dot is now. Look for smaller steps of the loss "
    "where the rate is small.",
}


def _tested(moment: Any) -> tuple[Any, Any, Any]:
    """Returns points, outputs and labels of the test points."""
    test = moment.arrays["is_test"] == 1
    return tuple(moment.arrays[name][test] for name in ("points", "outputs", "labels"))


def _names(config: MLPConfig) -> list[str]:
    return list(config.data.class_names) or [f"class {index}" for index in range(config.data.classes)]


def confusion_figure(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    """The confusion matrix as cells to click; cell i is in row i // classes."""
    from plotly.graph_objects import Figure

    _, outputs, labels = _tested(moment)
    count, names = config.data.classes, _names(config)
    table = judging.confusion(outputs, labels, count)
    level = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    cells = {
        "x": [names[i % count] for i in range(count**2)], "y": [names[i // count] for i in range(count**2)],
        "mode": "markers+text", "text": [f"{number}" for number in table.flatten().tolist()],
        "marker": {"symbol": "square", "size": 200 // count, "color": level.flatten().tolist(), "cmin": 0, "cmax": 1,
                   "colorscale": [[0, "rgba(140,146,157,.12)"], [1, ACCENT]], "line": {"width": 1, "color": MUTED}},
        "hovertemplate": "%{y}, taken for %{x}: %{text}<extra></extra>",
    }  # fmt: skip
    axes = {"xaxis": {"title": "answer", "categoryarray": names, "showgrid": False},
            "yaxis": {"title": "class", "categoryarray": names[::-1], "showgrid": False}}  # fmt: skip
    right = int(table.trace())
    return Figure([cells], {**axes, "height": 380, "margin": MARGIN}), f"{right:,} of {len(labels):,} right"


def points_figure(config: MLPConfig, moment: Any, cell: int) -> Any:
    """The test points of a cell of the confusion matrix in the plane, the others pale."""
    from plotly.graph_objects import Figure

    points, outputs, labels = _tested(moment)
    row, column = divmod(cell, config.data.classes)
    within = (labels == row) & (judging.predicted(outputs) == column)
    colors = [CLASSES[int(label) % len(CLASSES)] for label in labels]
    marks = {"color": colors, "size": 8, "opacity": np.where(within, 1, 0.12)}
    names = _names(config)
    layout = {
        "height": 300,
        "margin": MARGIN,
        "title": f"{names[row]}, taken for {names[column]}: {int(within.sum())}",
    }
    scatter = {"x": points[:, 0], "y": points[:, 1], "mode": "markers", "marker": marks, "hoverinfo": "x+y"}
    return Figure([scatter], {**layout, "yaxis": {"scaleanchor": "x", "range": [-6, 6]}, "xaxis": {"range": [-6, 6]}})


def roc_figure(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    """The ROC curve of each class against the others; of two classes one is enough."""
    from plotly.graph_objects import Figure

    _, outputs, labels = _tested(moment)
    shares, names = judging.shares(outputs), _names(config)
    lines, areas = [_diagonal()], []
    for index in range(1 if len(names) == 2 else 0, len(names)):
        scores = outputs[:, 0] if outputs.shape[1] == 1 else shares[:, index]
        false, true, area = judging.roc(scores, labels == index)
        areas.append(f"{names[index]}: area {area:.3f}")
        lines.append({"x": false, "y": true, "mode": "lines", "name": names[index],
                      "line": {"color": CLASSES[index % len(CLASSES)], "width": 2}})  # fmt: skip
    return _square(Figure, lines, "share of others taken for it", "share of the class found"), "  \n".join(areas)


def calibration_figure(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    """The share of right answers by how sure they are."""
    from plotly.graph_objects import Figure

    _, outputs, labels = _tested(moment)
    sure, right, count = judging.calibration(outputs, labels)
    gap = float((np.abs(sure - right) * count).sum() / max(count.sum(), 1))
    line = {"x": sure, "y": right, "mode": "lines+markers", "text": [f"{each} points" for each in count],
            "hovertemplate": "%{x:.0%} sure, %{y:.0%} right, %{text}<extra></extra>",
            "marker": {"size": 6 + 24 * np.sqrt(count / max(count.sum(), 1)), "color": ACCENT},
            "line": {"color": ACCENT}, "showlegend": False}  # fmt: skip
    return _square(Figure, [_diagonal(), line], "how sure", "share right"), f"Mean gap {gap:.1%}"


def residuals_figure(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    """Output less value by value."""
    from plotly.graph_objects import Figure

    _, outputs, labels = _tested(moment)
    dots = {"x": labels, "y": outputs[:, 0] - labels, "mode": "markers", "marker": {"color": ACCENT, "size": 5}}
    layout = {"height": 380, "margin": MARGIN, "xaxis": {"title": "value"}, "yaxis": {"title": "output − value"}}
    return Figure([dots], layout), f"R² {judging.r_squared(outputs, labels):.4f}"


_HEIGHTS = [[0.0, "#f59322"], [0.5, "#a9adb1"], [1.0, "#0877bd"]]  # nothing shines through a surface


def surface_figure(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    """The output over the plane in three dimensions; of several classes the probability of the likeliest."""
    from plotly.graph_objects import Figure

    heights, axis = moment.arrays["surface"], np.linspace(-6, 6, len(moment.arrays["surface"]))
    is_one = config.outputs == 1
    look = {"colorscale": _HEIGHTS if is_one else "Viridis", "cmid": 0 if is_one else None, "showscale": False}
    surface = {"type": "surface", "x": axis, "y": axis[::-1], "z": heights, **look}
    height = {"title": "output" if is_one else "likeliest class"}
    scene = {"xaxis": {"title": "x₁"}, "yaxis": {"title": "x₂"}, "zaxis": height, "aspectmode": "cube"}
    flat = dict.fromkeys("trbl", 0)
    return Figure([surface], {"height": 460, "margin": flat, "scene": scene, "uirevision": "surface"}), ""


def _schedule(config: MLPConfig, moment: Any) -> tuple[Any, str]:
    words = f"{SCHEDULES[config.schedule].label}: {config.rate_in(int(moment.epoch)):.3g} now"
    return schedule_figure(config, moment.epoch), words


def schedule_figure(config: MLPConfig, epoch: float) -> Any:
    """The learning rate by epoch, with a dot at ``epoch``."""
    from plotly.graph_objects import Figure

    end = max(round(epoch * 1.2), 3 * config.schedule_epochs if config.schedule == "step" else config.schedule_epochs)
    epochs = sorted({round(end * place / POINTS) for place in range(POINTS + 1)})
    now = int(epoch)
    lines: list[dict[str, Any]] = [
        {"x": epochs, "y": [config.rate_in(each) for each in epochs], "mode": "lines", "name": "learning rate",
         "line": {"color": MUTED, "shape": "hv", "width": 2}},
        {"x": [now], "y": [config.rate_in(now)], "mode": "markers", "name": "now",
         "marker": {"color": ACCENT, "size": 11}},
    ]  # fmt: skip
    axes = {
        "xaxis": {"title": "epoch", "range": [0, end], "tickformat": ","},
        "yaxis": {"title": "learning rate", "rangemode": "tozero"},
    }
    return Figure(lines, {**axes, "height": 240, "margin": MARGIN, "showlegend": False})


def _diagonal() -> dict[str, Any]:
    line = {"color": MUTED, "dash": "dot", "width": 1}
    return {"x": [0, 1], "y": [0, 1], "mode": "lines", "line": line, "hoverinfo": "skip", "showlegend": False}


def _square(figure: Any, lines: list[dict[str, Any]], x: str, y: str) -> Any:
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%"}
    return figure(
        lines, {"height": 380, "margin": MARGIN, "xaxis": {**axis, "title": x}, "yaxis": {**axis, "title": y}}
    )
