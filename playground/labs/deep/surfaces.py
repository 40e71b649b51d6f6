"""The Loss landscape area: computed at a press, beside the training; all networks on one scale, to hover and turn."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.format import percent
from playground.pages.charts import LOSSES, MUTED, TEXT
from playground.pages.computed import Order, computed_panel
from playground.pages.session import PageSession

NAMES = {"plain": "Without skips", "residual": "With skips", "prefix": "Short control"}
PLANES = {"random": "Random directions", "path": "The path's directions"}
KINDS = ("Contours", "Surface")
HEIGHT = 420
TALLEST = 10.0  # of a loss that is drawn: what is above says no more


def landscape_panel(session: PageSession) -> None:
    """A button, how far it is, and what came of it."""
    computed_panel(
        session, "landscape", label="Compute the landscape", icon=":material/landscape:",
        help="Around the weights of this moment: the run is computed again in a process of its own, then its loss "
        "on two planes of 51 × 51 points for each network. Training goes on meanwhile.",
        words=lambda _, step: f"The landscape of step {step:,}",
        draw=lambda order: _shown(session, order),
    )  # fmt: skip


def _shown(session: PageSession, order: Order) -> None:
    found = json.loads(order.made.result())
    networks = found["networks"]
    left, right = st.columns(2)
    known = [plane for plane in PLANES if all(plane in each for each in networks.values())]
    plane = left.segmented_control(
        "Plane", known, default=known[0], format_func=PLANES.__getitem__, key=session.key("plane"), required=True
    )
    kind = right.segmented_control("Drawn as", KINDS, default=KINDS[0], key=session.key("kind"), required=True)
    planes = {name: each[plane] for name, each in networks.items()}
    high = min(max(value for each in planes.values() for value in _values(each)), TALLEST)
    low = min(value for each in planes.values() for value in _values(each))
    theme = st.context.theme.type or "light"
    for place, (name, each) in zip(st.columns(len(planes)), planes.items(), strict=True):
        draw = contours if kind == KINDS[0] else surface
        place.plotly_chart(
            draw(NAMES[name], each, (low, high), theme), key=session.key(f"{plane}_{kind}_{name}"),
            config={"displaylogo": False},
        )  # fmt: skip
    st.caption(f"Step {order.step:,}, computed in {order.took_s:.0f} s. {_about(plane, planes, found['examples'])}")


def _about(plane: str, planes: Mapping[str, Any], examples: int) -> str:
    """What the picture shows, in words."""
    loss = f"Colour is the mean loss of {examples} training examples, on one scale for all networks."
    if plane == "random":
        return (
            "Each network is in the middle of its plane. At 1 every neuron's weights are moved by as much as they "
            f"are long, in two directions that are drawn; biases stay. {loss}"
        )
    shares = ", ".join(f"{NAMES[name].lower()} {percent(each['share'])}" for name, each in planes.items())
    return (
        f"The plane in which the weights moved most on their way here; of the way it holds: {shares}. {loss} A point "
        "of the way has the colour of its true loss, which need not be that of the plane below it: its tail is as "
        "long as it is far from the plane."
    )


def _values(plane: Mapping[str, Any]) -> list[float]:
    return [value for row in plane["loss"] for value in row if value is not None]


def contours(name: str, plane: Mapping[str, Any], scale: tuple[float, float], theme: str = "light") -> Any:
    """A plane from above, with the way over it."""
    from plotly.graph_objects import Contour, Figure, Scatter  # here: a page without a landscape does not load Plotly

    low, high = scale
    way, size = plane["way"], max(high - low, 1e-6) / 20
    levels = {"start": low, "end": high, "size": size}
    found = Figure(
        [
            Contour(
                x=plane["a"], y=plane["b"], z=plane["loss"], zmin=low, zmax=high, contours=levels, colorscale=LOSSES,
                line={"width": 0.5}, colorbar={"title": "loss"}, hovertemplate="loss %{z:.3f}<extra></extra>",
            ),
            Scatter(
                x=way["a"], y=way["b"], mode="lines+markers", line={"color": TEXT[theme], "width": 1},
                marker={**_marks(way, scale), "line": {"color": "white", "width": 1}},
                error_y={"array": way["distance"], "symmetric": False, "width": 0, "thickness": 1},
                customdata=_told(way), hovertemplate=_WAY, showlegend=False,
            ),
        ]
    )  # fmt: skip
    ends = {axis: [plane[axis][0], plane[axis][-1]] for axis in "ab"}
    found.update_xaxes(range=ends["a"], title="direction 1")
    found.update_yaxes(range=ends["b"], title="direction 2")
    return _laid_out(found, name)


def surface(name: str, plane: Mapping[str, Any], scale: tuple[float, float], theme: str = "light") -> Any:
    """A plane as hills and valleys, with the way at its true loss."""
    from plotly.graph_objects import Figure, Scatter3d, Surface

    low, high = scale
    way = plane["way"]
    heights = [[None if value is None else min(value, high) for value in row] for row in plane["loss"]]
    found = Figure(
        [
            Surface(
                x=plane["a"], y=plane["b"], z=heights, cmin=low, cmax=high, colorscale=LOSSES,
                colorbar={"title": "loss"}, hovertemplate="loss %{z:.3f}<extra></extra>",
            ),
            Scatter3d(
                x=way["a"], y=way["b"], z=[None if value is None else min(value, high) for value in way["loss"]],
                mode="lines+markers", line={"color": TEXT[theme], "width": 3}, marker=_marks(way, scale),
                error_y={"array": way["distance"], "symmetric": False, "width": 0, "thickness": 2},
                customdata=_told(way), hovertemplate=_WAY, showlegend=False,
            ),
        ]
    )  # fmt: skip
    axes = {"xaxis": {"title": "direction 1"}, "yaxis": {"title": "direction 2"}}
    axes["zaxis"] = {"title": "loss", "range": [low, high]}  # type: ignore[dict-item]
    ends = {axis: [plane[axis][0], plane[axis][-1]] for axis in "ab"}
    axes["xaxis"]["range"], axes["yaxis"]["range"] = ends["a"], ends["b"]  # type: ignore[assignment]
    return _laid_out(found.update_layout(scene={**axes, "aspectmode": "cube"}), name)


_WAY = "moment %{customdata[0]}: loss %{customdata[1]:.3f}, %{customdata[2]:.2g} from the plane<extra></extra>"


def _told(way: Mapping[str, Any]) -> list[list[Any]]:
    return [[i, loss, far] for i, (loss, far) in enumerate(zip(way["loss"], way["distance"], strict=True))]


def _marks(way: Mapping[str, Any], scale: tuple[float, float]) -> dict[str, Any]:
    """The points of a way, coloured by their true loss."""
    return {"color": way["loss"], "cmin": scale[0], "cmax": scale[1], "colorscale": LOSSES, "size": 7}


def _laid_out(figure: Any, name: str) -> Any:
    return figure.update_layout(
        title={"text": name, "font": {"size": 15}}, height=HEIGHT, margin={"t": 36, "r": 10, "b": 40, "l": 50},
        uirevision="landscape", font={"color": MUTED},
    )  # fmt: skip
