"""The first page: pick data and a network, press Play, watch it learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from playground import link
from playground.catalog import (
    ACTIVATIONS,
    BATCH_SIZES,
    DEVICES,
    INITIALIZERS,
    LEARNING_RATES,
    LOSSES,
    OPTIMIZERS,
    REGULARIZATION_RATES,
    Entry,
)
from playground.configs.mlp import MLPConfig
from playground.data.points import DATASETS, draw, train_size
from playground.pages.charts import inspect_panel
from playground.pages.runs import runs_dialogs, runs_panel
from playground.pages.share import share_and_open
from playground.pages.stage import picker, stage
from playground.pages.take_home import take_home_panel
from playground.run import Config, ConfigError, Flag, Integer, Number, Problem, Run, Setting, setting
from playground.stream.channel import Channel
from playground.stream.frame import pack, unpack
from playground.stream.hub import ServerFull, hub

POLL_S = 0.15
RETRY_S = 3.0
LIVE_SETTINGS = tuple(name for name, known in MLPConfig.settings().items() if known.live)
STAGE_MAY_CHANGE = ("features", "hidden_sizes", "seed", *LIVE_SETTINGS)
RESTARTS = "↺ Starts a new run."
LIVE = "Applies while it trains."


@dataclass(frozen=True)
class Show(Config):
    """What of a run is shown: part of the page's address, but not of the run."""

    show_test: bool = setting(False, Flag(), "Show test points")
    discretize: bool = setting(False, Flag(), "Discretize output")
    inspect: bool = setting(False, Flag(), "Inspect")
    code: bool = setting(False, Flag(), "Code")
    runs: bool = setting(False, Flag(), "Runs")


def mlp_page() -> None:
    """The controls, which keep the run and the address in line with themselves, and the stage."""
    if "token" not in st.session_state:
        try:
            st.session_state.token = hub().issue()
        except ServerFull as full:
            _wait(str(full))
            return
        _load_address()
    with st.sidebar:
        _controls()
    show = Show(**{name: st.session_state[name] for name in Show.settings()})
    _mount_stage(show)
    st.caption(_LEGEND)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle("Test points", key="show_test", help="Also show the points that are not trained on.")
        st.toggle("Discretize", key="discretize", help="Show only which side of the boundary a point is on.")
        st.toggle("Inspect", key="inspect", help="Loss and accuracy curves and all weights, to hover and zoom.")
        st.toggle("Code", key="code", help="This run in PyTorch, and files of it to take home.")
        st.toggle("Runs", key="runs", help="What you have trained before, to compare and to open again.")
        share_and_open(_channel, _open_run)
    _write_address(show.to_text())
    if show.inspect:
        inspect_panel(_channel)
    if show.code:
        take_home_panel(_channel)
    if show.runs:
        runs_dialogs()
        runs_panel(_channel, _open_run)


@st.fragment(run_every=RETRY_S)
def _wait(why: str) -> None:
    """In place of the page, until the server has room for it."""
    st.info(why, icon=":material/hourglass_top:")
    if not hub().is_full:
        st.rerun()


_LEGEND = (
    "A link's colour is its weight's sign (blue +, orange −), its width the weight's size; a small square is a bias. "
    "Point at a neuron or at the map to look closer. Click an input to use it or not; click a link, a square or "
    "a neuron to change its numbers."
)


def _channel() -> Channel:
    """This page's channel, with a run. Ask each time: one whose page was long away is given up, and made anew."""
    channel = hub().channel(st.session_state.token)
    if not channel.run_id:
        channel.configure(_settings())
    return channel


# The address and the session hold the settings; the run follows them


def _load_address() -> None:
    """Put the address's settings into the session and open its run; a wrong part is reported and gets its default."""
    text = st.query_params.to_dict()
    shown = {name: value for name, value in text.items() if name in Show.settings()}
    show, problems = Show.from_text(shown)
    run, step, more, warning = link.read("mlp", {k: v for k, v in text.items() if k not in shown})
    st.query_params.clear()
    _take_settings(show)
    _take_settings(run.config)
    if run.edits or step:
        try:
            _open_run(run, step)
        except ConfigError as error:
            more.append(Problem("link", str(error)))
    _report(problems + more)
    if warning:
        st.info(_plain(warning))


def _open_run(run: Run, step: int, kept_id: str | None = None) -> None:
    """Take the page to a run; ``kept_id`` is its name in the list, if it is there.

    Raises ConfigError where this server cannot do it; the page stays as it is then.
    """
    hub().channel(st.session_state.token).open(run, step, kept_id)
    _take_settings(run.config)


def _take_settings(config: Config) -> None:
    """Put settings into the session, where the controls find them."""
    for name in config.settings():
        value = getattr(config, name)
        if st.session_state.get(name) != value:  # Streamlit refuses even the same value for a widget that is drawn
            st.session_state[name] = value


def _settings() -> MLPConfig:
    """The session's settings; those that do not go together, or not with this machine, are brought in line."""
    values = {name: _read(name, known) for name, known in MLPConfig.settings().items()}
    devices = hub().devices
    if values["device"] != "auto" and values["device"] not in devices:
        have = " or ".join(devices)
        _toast(Problem("device", f"'{values['device']}' is not on this server, which has {have}; using auto"))
        values["device"] = "auto"
    config, conflicts = MLPConfig.reconciled(values)
    for found in conflicts:
        if found.name != "loss":  # its menu shows what fits
            _toast(found)
    refused = hub().limits.problems(config)
    for found in refused:
        _toast(found)
    return _present() if refused else config


def _present() -> Any:
    """The configuration that the run has now; the default one before there is a run."""
    return hub().channel(st.session_state.token).config


def _read(name: str, known: Setting) -> Any:
    """A setting's value from the session; a number that a person typed is still text, and may be none."""
    value = st.session_state[name]
    if isinstance(value, str) and isinstance(known.kind, Integer | Number):
        try:
            return known.kind.parse(value)
        except ConfigError as error:
            _toast(Problem(known.label, str(error)))
            return getattr(_present(), name)
    return value


def _write_address(text: Mapping[str, str]) -> None:
    """Bring a part of the address up to date."""
    if any(st.query_params.get(name) != value for name, value in text.items()):
        st.query_params.update(text)


def _report(problems: list[Problem]) -> None:
    if problems:
        lines = "\n".join(f"- **{_plain(found.name)}**: {_plain(found.message)}" for found in problems)
        st.warning(f"Some parts of this link could not be used; defaults stand in for them.\n\n{lines}")


def _toast(problem: Problem) -> None:
    st.toast(_plain(str(problem)), icon=":material/warning:", duration="long")


def _plain(text: str) -> str:
    """Text that somebody may have put into a link, without its power over Markdown."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+!|$:~" else sign for sign in text)


# Controls


def _follow() -> MLPConfig:
    """Bring the run and the address in line with the controls; before these are drawn, so that it shows at once."""
    config = _settings()
    _take_settings(config)
    try:
        _channel().configure(config)
    except ConfigError as error:
        _toast(Problem("run", str(error)))
    _write_address(config.to_text())
    return config


@st.fragment
def _controls() -> None:
    """The settings of a run. A fragment, so that a change redraws them and nothing else, and is quick."""
    config = _follow()
    st.markdown("**Data**")
    picker(
        key="picker",
        data={"options": _thumbnails(), "selected": config.dataset},
        on_dataset_change=_take_dataset,
    )
    left, right = st.columns(2)
    left.slider("Noise", 0.0, 0.5, step=0.01, format="percent", key="noise", help=_help("noise"))
    right.slider(
        "Training share", 0.1, 0.9, step=0.05, format="percent", key="train_share", help=_help("train_share")
    )
    st.markdown("**Network**")
    left, right = st.columns(2)
    _menu(left, "Activation", "activation", ACTIVATIONS)
    _menu(right, "Initial weights", "initializer", INITIALIZERS)
    st.markdown("**Training**")
    left, right = st.columns(2)
    _menu(left, "Optimizer", "optimizer", OPTIMIZERS)
    _menu(right, "Loss", "loss", {name: LOSSES[name] for name in config.losses()})
    _live_controls()
    with st.expander("Seeds and device"):
        most_seed = 2**31 - 1
        left, right = st.columns(2)
        left.number_input("Weights seed", 0, most_seed, key="seed", help=RESTARTS)
        right.number_input("Data seed", 0, most_seed, key="data_seed", help=LIVE)
        _device_menu()


@st.fragment
def _live_controls() -> None:
    """The settings that a run takes as it goes: the fewer are redrawn, the sooner the change is on the stage."""
    config = _follow()
    left, right = st.columns(2)
    _scale(left, "Learning rate", "learning_rate", LEARNING_RATES)
    available = train_size(config.dataset, config.train_share)
    _scale(right, "Batch size", "batch_size", [size for size in BATCH_SIZES if size < available] + [available])
    left, right = st.columns(2)
    _scale(left, "L1 rate", "l1_strength", REGULARIZATION_RATES)
    _scale(right, "L2 rate", "weight_decay", REGULARIZATION_RATES)


def _help(name: str) -> str:
    """What a setting is, and whether a change of it restarts the run."""
    known = MLPConfig.settings()[name]
    return f"{known.help}  \n{LIVE if known.live else RESTARTS}"


def _menu(place: Any, label: str, name: str, options: Mapping[str, Entry]) -> None:
    formula = options[st.session_state[name]].formula if st.session_state[name] in options else ""
    place.selectbox(
        label,
        list(options),
        key=name,
        format_func=lambda key: options[key].label,
        help=f"{MLPConfig.settings()[name].help}  \n`{formula}`  \n{RESTARTS}",
    )


def _device_menu() -> None:
    """The devices of this server by their names; a GPU is listed where there is one."""
    hardware = hub().devices
    usual = list(hardware.values())[-1]
    labels = {"auto": f"{DEVICES['auto'].label} ({usual})"} | {
        name: f"{DEVICES[name].label}: {model}" if model != DEVICES[name].label else model
        for name, model in hardware.items()
    }
    st.selectbox("Device", list(labels), key="device", format_func=labels.__getitem__, help=RESTARTS)


def _scale(place: Any, label: str, name: str, steps: Sequence[float]) -> None:
    """A menu of usual numbers, in which any other can be typed."""

    def written(value: float | str) -> str:
        return value if isinstance(value, str) else f"{value:g}" if value else "off"

    place.selectbox(
        label,
        sorted({*steps, st.session_state[name]}),
        key=name,
        format_func=written,
        accept_new_options=True,
        help=f"{MLPConfig.settings()[name].help} {LIVE} Type any number.",
    )


def _take_dataset() -> None:
    chosen = st.session_state.picker.get("dataset")
    if chosen in DATASETS:
        st.session_state.dataset = chosen


@cache
def _thumbnails() -> list[dict[str, Any]]:
    """Every dataset with some of its points, for the picker."""
    options = []
    for name, entry in DATASETS.items():
        split = draw(name, noise=0.0, train_share=0.5, data_seed=0)
        sample = [
            [round(float(v), 2) for v in (*point, label)]
            for point, label in zip(split.points[:160], split.labels[:160], strict=True)
        ]
        task = "regression" if entry.is_regression else "classification"
        kind = "regression" if entry.is_regression else f"{entry.classes} classes"
        options.append({"name": name, "label": entry.label, "task": task, "kind": kind, "points": sample})
    return options


# The stage


def _mount_stage(show: Show) -> None:
    """The live picture: over its own socket, or where a proxy refuses that, by polling."""
    transport = st.session_state.get("transport", "socket")
    settings = {
        "token": st.session_state.token,
        "show_test": show.show_test,
        "discretize": show.discretize,
        "transport": transport,
    }
    if transport == "socket":
        _stage(settings)
    else:
        st.fragment(run_every=POLL_S)(_polled_stage)(settings)


def _polled_stage(settings: Mapping[str, Any]) -> None:
    header, arrays = unpack(_channel().poll())
    _stage(pack({**header, "settings": settings}, arrays))


def _stage(data: Any) -> None:
    stage(
        key="stage",
        data=data,
        on_change_change=_take_change,
        on_command_change=_take_command,
        on_transport_change=_take_transport,
    )
    if st.session_state.pop("stage_changed", False):
        st.rerun()


def _take_change() -> None:
    """The stage edits the network's structure and the seeds, and says what live settings the run had in its past."""
    change = st.session_state.stage.get("change")
    if not isinstance(change, Mapping):
        return
    for name, value in change.items():
        if name not in STAGE_MAY_CHANGE:
            continue
        try:
            st.session_state[name] = MLPConfig.settings()[name].kind.check(value)
            st.session_state.stage_changed = True
        except ConfigError as error:
            _toast(Problem(name, str(error)))


def _take_command() -> None:
    """A polling stage has no socket for its commands."""
    message = st.session_state.stage.get("command")
    if isinstance(message, Mapping):
        try:
            answer = _channel().handle(message)
            if answer is not None:
                answer.result()
        except ConfigError as error:
            _toast(Problem(str(message.get("type")), str(error)))


def _take_transport() -> None:
    if st.session_state.stage.get("transport") == "poll":
        st.session_state.transport = "poll"
        st.session_state.stage_changed = True
