"""The More data area: accuracy by the number of training images, a curve with a band of seeds for each learner."""

import json
from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from playground.format import percent
from playground.labs.image.config import ImageConfig
from playground.labs.image.more_data import LEARNERS, MANY, SEEDS, seconds_of, seeds_of
from playground.pages.charts import MARKS, MUTED, SERIES
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession
from playground.run import Run

HEIGHT = 460
BAND = 0.15  # opacity

Found = Mapping[str, Any]


def more_data_panel(session: PageSession) -> None:
    """A button, how far it is, and the curves."""
    config = cast(ImageConfig, session.channel().config)
    st.caption(_plan(config))
    computed_panel(
        session,
        "more_data",
        label="Train with more and more data",
        icon=":material/stacked_line_chart:",
        help="Every learner from its start, for every number of images, in a process of its own. Your network goes "
        "on meanwhile.",
        words=_words,
        draw=_shown,
    )


def _words(run: Run, step: int) -> str:
    config = cast(ImageConfig, run.config)
    return f"{len(LEARNERS)} learners on {config.images_set.label}"


def _plan(config: ImageConfig) -> str:
    """What would be computed, how long it takes, and how to have more."""
    seeds, minutes = len(seeds_of(config)), seconds_of(config) / 60
    most = config.images_set.most
    more = (
        f" Set Training images to go on, up to {most:,}; beyond {MANY:,} one seed has to do." if most > MANY else ""
    )
    many = f"{seeds} seeds each" if seeds == SEEDS else "one seed"
    return (
        f"Up to this run’s {config.images:,} training images, {many}: about {max(round(minutes), 1)} min on a free "
        f"core.{more}"
    )


def _shown(order: Order) -> None:
    found = json.loads(order.made.result())
    figure = fan(found, st.context.theme.type or "light")
    st.plotly_chart(figure, key="image.fan", config={"displaylogo": False})
    st.caption(about(found))


def about(found: Found) -> str:
    """What the curves show, in words."""
    sizes, seeds = found["sizes"], found["seeds"]
    ends = [f"with {sizes[index]:,} images {_best(found, index)}" for index in (0, -1)]
    bands = f"a line is the mean of {seeds} seeds, its band goes from the worst to the best" if seeds > 1 else (
        "one seed each"
    )  # fmt: skip
    return (
        f"{found['set']}: the share of {found['test']} test images that are right; {bands}. Best is "
        f"{ends[0]}, {ends[1]}. Networks train for 16 passes, at least 300 updates; logistic regression and the SVM "
        "are scikit-learn’s with their usual settings. A network’s point is a run of this lab: the page can train it "
        "again."
    )


def _best(found: Found, index: int) -> str:
    means = {each["label"]: _mean(each["accuracy"][index]) for each in found["learners"].values()}
    label = max(means, key=means.__getitem__)
    return f"{label} ({percent(means[label])})"


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def fan(found: Found, theme: str = "light") -> Any:
    """The curves of all learners over a logarithmic number of images."""
    from plotly.graph_objects import Figure  # here: a page without the curves does not load Plotly

    sizes, lines = found["sizes"], []
    for index, (name, each) in enumerate(found["learners"].items()):
        low, high = [min(row) for row in each["accuracy"]], [max(row) for row in each["accuracy"]]
        means, colour = [*map(_mean, each["accuracy"])], SERIES[theme][index]
        band = {
            "x": [*sizes, *reversed(sizes)], "y": [*high, *reversed(low)], "fill": "toself", "fillcolor": colour,
            "opacity": BAND, "line": {"width": 0}, "mode": "lines", "hoverinfo": "skip",
        }  # fmt: skip
        told = [
            f"{percent(mean)} ({percent(least)} to {percent(most)})" if found["seeds"] > 1 else percent(mean)
            for mean, least, most in zip(means, low, high, strict=True)
        ]
        line = {
            "x": sizes, "y": means, "mode": "lines+markers", "name": each["label"], "text": told,
            "hovertemplate": "%{text}", "line": {"color": colour, "width": 2},
            "marker": {"symbol": MARKS[index], "size": 8},
        }  # fmt: skip
        same = {"legendgroup": name, "type": "scatter"}
        lines += [{**band, **same, "showlegend": False}, {**line, **same}]
    lines.append(
        {
            "x": sizes, "y": [*map(_mean, found["majority"])], "mode": "lines", "name": "the commonest class",
            "line": {"color": MUTED, "width": 1, "dash": "dot"}, "hovertemplate": "%{y:.1%}",
        }
    )  # fmt: skip
    layout = {
        "height": HEIGHT, "margin": {"t": 10, "r": 10, "b": 40, "l": 60}, "hovermode": "x unified",
        "uirevision": "fan", "legend": {"orientation": "h", "y": -0.2},
        "xaxis": {
            "type": "log", "title": "training images", "tickvals": sizes, "ticktext": [f"{n:,}" for n in sizes],
        },
        "yaxis": {"title": "test accuracy", "tickformat": ".0%", "range": [0, 1.02]},
    }  # fmt: skip
    return Figure(lines, layout)
