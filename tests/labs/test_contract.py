"""What every lab promises, held for each lab of ``LABS``: a new one is tested for nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch

from playground.__main__ import main
from playground.experiment import Experiment
from playground.export import exported, forms_of
from playground.headless.runs import replay
from playground.kinds import ConfigError, Integer
from playground.lab import FIRST, LABS, Lab, experiment_of
from playground.pages.take_home import ANSWERS
from playground.run import Run, RunConfig, View
from playground.runs import link, runfile
from playground.runs.frame import pack, unpack
from playground.runs.timeline import Timeline
from playground.settings import renewals
from playground.stream.limits import Limits
from tests.pages.page import opened

SINGLE = [name for name, lab in LABS.items() if lab.config_class.is_single]
PANELS = ("stage", "scene", "curves", "thumbnail")
EVERYTHING = View(panels=frozenset(PANELS))
STEPS = 12


def small(lab: str, **settings: Any) -> RunConfig:
    return LABS[lab].config_class(**{**LABS[lab].small, **settings})


@pytest.fixture(params=LABS)
def config(request: pytest.FixtureRequest) -> RunConfig:
    return small(request.param)


@pytest.fixture(params=SINGLE)
def single(request: pytest.FixtureRequest) -> RunConfig:
    return small(request.param)


@pytest.fixture
def experiment(config: RunConfig) -> Iterator[Experiment]:
    made = experiment_of(config)
    yield made
    made.close()


def sha(config: RunConfig, *slices: int) -> str:
    experiment = experiment_of(config)
    for steps in slices:
        assert experiment.advance(steps=steps) == steps
    return experiment.parameters_sha256()


# Training


def test_a_run_is_the_same_however_it_is_sliced(config: RunConfig) -> None:
    whole = sha(config, STEPS)
    assert whole == sha(config, STEPS)
    assert whole == sha(config, 1, STEPS - 3, 2)
    assert whole != sha(config, STEPS - 1)


def test_time_limits_a_slice_and_changes_nothing(config: RunConfig) -> None:
    limited = experiment_of(config)
    done = limited.advance(budget_s=0.02)
    assert done == limited.step > 0
    assert limited.advance(steps=3, budget_s=60) == 3
    assert limited.parameters_sha256() == sha(config, done + 3)


def test_looking_and_preparing_change_nothing(config: RunConfig) -> None:
    looked = experiment_of(config)
    looked.prepare()
    for _ in range(STEPS):
        looked.observe("run", EVERYTHING)
        looked.advance(steps=1)
        looked.record()
        looked.metrics()
        looked.state()
    assert looked.parameters_sha256() == sha(config, STEPS)


def test_a_run_does_not_touch_the_global_generators(config: RunConfig) -> None:
    before, numpy_before = torch.random.get_rng_state(), np.random.get_state()[1].tolist()
    experiment = experiment_of(config)
    experiment.advance(steps=3)
    experiment.observe("run", EVERYTHING)
    assert torch.equal(before, torch.random.get_rng_state())
    assert numpy_before == np.random.get_state()[1].tolist()


def test_training_goes_on_from_a_state(config: RunConfig) -> None:
    first = experiment_of(config)
    first.advance(steps=5)
    kept = first.state()
    first.advance(steps=STEPS - 5)
    second = experiment_of(config)
    second.restore(kept)
    assert second.step == 5
    second.advance(steps=STEPS - 5)
    assert second.parameters_sha256() == first.parameters_sha256() == sha(config, STEPS)
    assert second.metrics() == first.metrics()


def test_every_step_of_the_past_comes_again(config: RunConfig) -> None:
    timeline = Timeline(Run(config=config))
    for _ in range(STEPS):
        timeline.advance(steps=1)
    end = timeline.experiment.parameters_sha256()
    for step in (5, 0, 9, STEPS):
        timeline.seek(step)
        assert timeline.step == step
        assert timeline.experiment.parameters_sha256() == (sha(config, step) if step else sha(config))
    assert timeline.experiment.parameters_sha256() == end


def test_another_seed_is_another_run(config: RunConfig) -> None:
    if "seed" in config.settings():
        other, problems = type(config).from_text({**config.to_text(), "seed": str(config.seed + 1)})
        assert not problems
        assert sha(config) != sha(other)


# Measuring and seeing


def test_measurements_are_finite_and_declared(experiment: Experiment, config: RunConfig) -> None:
    lab = LABS[config.lab]
    declared = [metric.name for metric in lab.metrics]
    assert len(set(declared)) == len(declared)
    for _ in range(2):
        found = experiment.metrics()
        assert all(value is None or np.isfinite(value) for value in found.values())
        assert lab.score in found
        assert set(found) <= set(declared)
        experiment.advance(steps=STEPS)
    columns, rows = experiment.history.columns, experiment.history.array()
    assert columns[:2] == ("step", "epoch")
    assert columns == lab.columns or not config.is_single
    assert rows[[0, -1], :2].tolist() == [[0, 0], [experiment.step, experiment.epoch]]


@pytest.mark.parametrize("lab", LABS.values(), ids=list(LABS))
def test_seeds_are_whole_numbers_that_can_be_drawn_anew(lab: Lab) -> None:
    known = lab.config_class.settings()
    for name in renewals(known):
        assert isinstance(known[name].kind, Integer)
    assert all(known[name].can_change for name in known if known[name].redraws and lab.config_class.is_single)


@pytest.mark.parametrize("lab", LABS.values(), ids=list(LABS))
def test_metrics_that_share_axes_have_one_unit(lab: Lab) -> None:
    for axes in {metric.axes for metric in lab.metrics}:
        assert len({metric.unit for metric in lab.metrics if metric.axes == axes}) == 1


def test_a_moment_is_json_and_arrays(experiment: Experiment) -> None:
    experiment.advance(steps=1)
    moment = experiment.observe("run", View(panels=frozenset({"stage", "scene", "thumbnail"})))
    header, arrays = unpack(pack(json.loads(json.dumps(moment.info, allow_nan=False)), moment.arrays))
    assert set(arrays) == set(moment.arrays)
    assert isinstance(header["scene"], dict)
    assert all(np.array_equal(arrays[name], moment.arrays[name], equal_nan=True) for name in arrays)
    assert all(not array.flags.writeable for array in moment.arrays.values())


@pytest.mark.parametrize("panel", PANELS)
def test_only_what_is_on_screen_is_computed(config: RunConfig, panel: str) -> None:
    timeline = Timeline(Run(config=config))
    alone = set(timeline.observe("run", View(panels=frozenset({panel}))).arrays)
    nothing = timeline.observe("run", View(panels=frozenset()))
    assert not nothing.arrays
    if panel in ("curves", "thumbnail"):
        assert alone == {panel}


def test_a_thumbnail_is_a_picture(experiment: Experiment) -> None:
    experiment.advance(steps=1)
    picture = experiment.observe("run", View(panels=frozenset({"thumbnail"}))).arrays["thumbnail"]
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3


# Changing


def test_what_cannot_change_is_refused_and_changes_nothing(experiment: Experiment, config: RunConfig) -> None:
    experiment.advance(steps=2)
    before = experiment.parameters_sha256()
    fixed = [name for name, known in config.settings().items() if not known.can_change]
    for target in [*fixed, "nothing", "nothing[0]", "layers.0.weight[99,99]", ""]:
        with pytest.raises(ConfigError):
            experiment.apply(target, 1)
    assert (experiment.parameters_sha256(), experiment.edits) == (before, 0)


def test_live_settings_change_a_run_and_are_replayed(single: RunConfig) -> None:
    live = {name: known for name, known in single.settings().items() if known.can_change}
    timeline = Timeline(Run(config=single))
    for name, known in live.items():
        timeline.advance(steps=2)
        timeline.apply(name, known.kind.check(getattr(single, name)))
    timeline.advance(steps=2)
    again = replay(timeline.run, timeline.step, quiet=True)
    assert again.parameters_sha256 == timeline.experiment.parameters_sha256()
    assert len(timeline.run.edits) == len(live)


def test_a_number_of_the_network_can_be_set(single: RunConfig) -> None:
    name, shape = next(iter(single.shapes().items()))
    target = f"{name}[{','.join('0' * len(shape))}]"
    timeline = Timeline(Run(config=single))
    timeline.advance(steps=2)
    timeline.apply(target, 0.25)
    changed = timeline.experiment.parameters_sha256()
    assert changed != sha(single, 2)
    assert replay(timeline.run, 2, quiet=True).parameters_sha256 == changed
    timeline.advance(steps=3)
    timeline.seek(2)
    assert timeline.experiment.parameters_sha256() == changed


def test_a_look_has_defaults_and_text(config: RunConfig) -> None:
    kind = LABS[config.lab].look_class
    assert kind.from_text(kind().to_text()) == (kind(), [])


# A run as a value


def test_a_configuration_comes_back_from_its_text(config: RunConfig) -> None:
    again, problems = type(config).from_text(config.to_text())
    assert (again, problems) == (config, [])
    assert config.title()
    assert config.steps_per_epoch > 0
    assert all(amount >= 0 for amount in config.demands().values())
    assert set(config.demands()) <= set(Limits.settings())


def test_what_a_link_adds_has_no_name_of_a_setting(config: RunConfig) -> None:
    assert not set(config.settings()) & set(link.NAMES)


def test_a_run_comes_back_from_a_link_and_a_file(single: RunConfig) -> None:
    timeline = Timeline(Run(config=single))
    timeline.advance(steps=3)
    name, shape = next(iter(single.shapes().items()))
    timeline.apply(f"{name}[{','.join('0' * len(shape))}]", 0.5)
    query = link.query(timeline.run, 3)
    assert query is not None
    run, step, problems, warning = link.read(single.lab, dict(parse_qsl(query, keep_blank_values=True)))
    assert (run, step, problems, warning) == (timeline.run, 3, [], None)
    assert runfile.read(runfile.write(timeline.run, 3)) == (timeline.run, 3, None)


def test_the_command_line_trains_and_replays(
    single: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    options = [f"--{name.replace('_', '-')}={value}" for name, value in single.to_text().items()]
    assert main(["train", single.lab, *options, "--epochs", "0.5", "--save", str(file), "--json"]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert main(["replay", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["parameters_sha256"] == trained["parameters_sha256"]
    assert {metric.name for metric in LABS[single.lab].metrics} <= set(trained)


@pytest.mark.parametrize(("lab", "form"), [(lab, form) for lab in SINGLE for form in forms_of(lab)])
def test_every_form_is_made(lab: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run, step = Run(config=small(lab)), 2 if form == "gif" else STEPS  # a film has a frame for each of few steps
    if forms_of(lab)[form].is_study:  # those take long, and some hold seconds
        monkeypatch.setattr(f"{LABS[lab].studies[form].make.rpartition('.')[0]}.SEEDS", 1, raising=False)
        assert len(exported(run, step, form, quiet=True)) > 50
        return
    torch.set_num_threads(2)
    before = torch.random.get_rng_state()
    made = exported(run, step, form, quiet=True)
    if form != "onnx" or lab == FIRST:  # its exporter takes seconds, and is the same for each
        assert made == exported(run, step, form, quiet=True)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
    assert 50 < len(made) < 3e6
    assert b"/playground/" not in made  # no path of ours


# The page


def test_the_page_opens_and_a_single_run_offers_its_files(
    config: RunConfig, hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Any] = []  # as a table, for which pandas is loaded
    monkeypatch.setattr("streamlit.dataframe_util.determine_data_format", looked_at.append)
    single = config.lab in SINGLE
    page = opened(config.lab, **config.to_text(), **({"take_home": "on"} if single else {}))
    assert not page.exception
    assert not page.warning
    assert looked_at == []
    if not single:
        return
    offered = {each.key for each in (*page.button, *page.get("download_button"))}
    assert {f"take_{name}" for name in forms_of(config.lab) if name not in ANSWERS} <= offered
