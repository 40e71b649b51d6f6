"""The More data area: accuracy by the number of training images, a curve with a band of seeds for each learner."""

import json
from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from playground.engine.exports import STUDY_S
from playground.format import percent
from playground.labs.image.config import ImageConfig
from playground.labs.image.more_data import LEARNERS, LEAST_UPDATES, PASSES, PENALTY, SEEDS, seconds_of
from playground.pages.banded import baseline, learner, mean, shares
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession
from playground.run import Run

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
    minutes, most = seconds_of(config) / 60, config.images_set.most
    more = f" Set Training images to go on, up to {most:,}." if most > config.images else ""
    return (
        f"Up to this run’s {config.images:,} training images, {SEEDS} seeds each: about {max(round(minutes), 1)} min "
        f"on a free core; beyond {STUDY_S / 60:.0f} min this server ends it.{more}"
    )


def _shown(order: Order) -> None:
    found = json.loads(order.made.so_far or b"{}")
    figure = fan(found, st.context.theme.type or "light")
    st.plotly_chart(figure, key="image.fan", config={"displaylogo": False})
    if found["now"]:
        st.caption(f"{'Stopped before' if order.made.done() else 'Now'}: {found['now']}.")
    st.caption(about(found))


def about(found: Found) -> str:
    """What the curves show, in words."""
    sizes, seeds = found["sizes"], found["seeds"]
    known = min(sum(len(row) == seeds for row in each["accuracy"]) for each in found["learners"].values())
    ends = [f"with {sizes[index]:,} images {_best(found, index)}" for index in dict.fromkeys((0, known - 1)) if known]
    best = f"Best is {', '.join(ends)}. " if ends else ""
    bands = f"a line is the mean of {seeds} seeds, its band goes from the worst to the best" if seeds > 1 else (
        "one seed each"
    )  # fmt: skip
    return (
        f"{found['set']}: the share of {found['test']} test images that are right; {bands}. {best}"
        f"Networks train for {PASSES} passes, at least {LEAST_UPDATES} updates; logistic regression and the SVM are "
        f"scikit-learn’s, with their usual settings but for the SVM’s C = {PENALTY}. A network’s point is a run of "
        "this lab: the page can train it again."
    )


def _best(found: Found, index: int) -> str:
    means = {each["label"]: mean(each["accuracy"][index]) for each in found["learners"].values()}
    label = max(means, key=means.__getitem__)
    return f"{label} ({percent(means[label])})"


def fan(found: Found, theme: str = "light") -> Any:
    """The curves of all learners over a logarithmic number of images."""
    sizes, traces = found["sizes"], []
    for index, each in enumerate(found["learners"].values()):
        rows = each["accuracy"]
        traces += learner(index, each["label"], sizes[: len(rows)], rows, theme) if rows else []
    traces.append(baseline("the commonest class", sizes, [*map(mean, found["majority"])]))
    ticks = {"tickvals": sizes, "ticktext": [f"{size:,}" for size in sizes]}
    return shares(traces, "test accuracy", {"type": "log", "title": "training images", **ticks})
