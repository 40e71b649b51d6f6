"""A chart of several learners, each a line over some places with a band for its seeds, in Plotly."""

from collections.abc import Sequence
from typing import Any

from playground.format import percent
from playground.pages.charts import MARKS, MUTED, SERIES

HEIGHT = 400
BAND = 0.15  # opacity

Rows = Sequence[Sequence[float]]


def mean(values: Sequence[float]) -> float:
    """Returns the mean."""
    return sum(values) / len(values)


def learner(index: int, name: str, places: Sequence[float], rows: Rows, theme: str) -> list[dict[str, Any]]:
    """Returns the traces of one learner: the mean of each of the ``rows``, shares of as many seeds, at its place, and
    a band from the worst to the best."""
    means, low, high = [*map(mean, rows)], [*map(min, rows)], [*map(max, rows)]
    same = {"legendgroup": name, "type": "scatter"}
    band = {
        "x": [*places, *reversed(places)], "y": [*high, *reversed(low)], "mode": "lines", "fill": "toself",
        "fillcolor": SERIES[theme][index], "opacity": BAND, "line": {"width": 0}, "hoverinfo": "skip",
        "showlegend": False, **same,
    }  # fmt: skip
    line = {
        "x": places, "y": means, "mode": "lines+markers", "name": name,
        "text": [f"{percent(least)} to {percent(most)}" for least, most in zip(low, high, strict=True)],
        "hovertemplate": "%{y:.1%} (%{text})" if len(rows[0]) > 1 else "%{y:.1%}",
        "line": {"color": SERIES[theme][index], "width": 2},
        "marker": {"symbol": MARKS[index], "size": 7}, **same,
    }  # fmt: skip
    return [band, line]


def baseline(name: str, places: Sequence[float], values: Sequence[float]) -> dict[str, Any]:
    """Returns the trace of a dotted line for reference."""
    return {
        "x": places, "y": values, "mode": "lines", "name": name, "type": "scatter",
        "line": {"color": MUTED, "width": 1, "dash": "dot"}, "hoverinfo": "skip",
    }  # fmt: skip


def shares(traces: Sequence[dict[str, Any]], title: str, x: dict[str, Any], low: float = 0.0) -> Any:
    """Returns the figure of ``traces`` whose values are shares from ``low``; ``x`` is the other axis."""
    from plotly.graph_objects import Figure  # here: a page without the chart does not load Plotly

    layout = {
        "height": HEIGHT, "margin": {"t": 10, "r": 10, "b": 40, "l": 60}, "hovermode": "x unified",
        "uirevision": title, "legend": {"orientation": "h", "y": -0.2}, "xaxis": x,
        "yaxis": {"title": title, "tickformat": ".0%", "range": [low, 1.02]},
    }  # fmt: skip
    return Figure(list(traces), layout)
