"""Sequences: cells equal torch's, and what is shown is what autograd says."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground.kinds import ConfigError
from playground.labs.sequence.config import GATES, PANELS, Look, SequenceConfig
from playground.labs.sequence.experiment import SequenceExperiment
from playground.labs.sequence.model import GATES as NAMES
from playground.labs.sequence.model import Cell
from playground.labs.sequence.tasks import TASKS, examples_of
from playground.run import View

FUSED = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
STAGE = frozenset({"stage"})


def drawn(kind: str, size: int = 3, hidden: int = 5) -> Cell:
    cell = Cell(kind, size, hidden)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.uniform_(-0.8, 0.8, generator=generator)
    return cell


def trained(steps: int, **settings: Any) -> SequenceExperiment:
    experiment = SequenceExperiment(SequenceConfig(**settings))
    experiment.advance(steps=steps)
    return experiment


def stage(experiment: SequenceExperiment, **look: Any) -> Any:
    return experiment.observe("run", View(panels=STAGE, look=Look(**look)))


@pytest.mark.parametrize("kind", FUSED)
def test_a_cell_is_torchs(kind: str) -> None:
    cell, fused = drawn(kind), FUSED[kind](3, 5, batch_first=True)
    fused.load_state_dict({f"{name}_l0": value for name, value in cell.state_dict().items()})
    inputs = torch.randn(4, 9, 3, generator=torch.Generator().manual_seed(2), requires_grad=True)
    steps = cell(inputs, cell.start(4))
    expected = fused(inputs)[0]
    found = torch.stack([step.h for step in steps], 1)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    gradients = (torch.autograd.grad(each.square().sum(), inputs)[0] for each in (found, expected))
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", FUSED)
@pytest.mark.parametrize("truncate", [0, 1, 4])
def test_states_are_those_of_the_steps(kind: str, truncate: int) -> None:
    cell = drawn(kind)
    inputs = torch.randn(4, 9, 3, generator=torch.Generator().manual_seed(2))
    state = tuple(torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(3)).requires_grad_())
    steps = torch.stack([step.h for step in cell(inputs, state, truncate)], 1)
    states = cell.states(inputs, state, truncate)
    torch.testing.assert_close(states, steps, atol=1e-6, rtol=1e-5)
    gradients = [torch.autograd.grad(each.square().sum(), [*cell.parameters()]) for each in (states, steps)]
    torch.testing.assert_close(*gradients, atol=1e-4, rtol=1e-4)


def test_a_clamped_gate_is_that_number() -> None:
    cell = drawn("lstm")
    cell.clamped = {"f": 1.0, "i": 0.0}
    c = torch.full((2, 5), 0.7)
    steps = cell(torch.ones(2, 6, 3), (torch.zeros(2, 5), c))
    assert all(torch.equal(step.c, c) for step in steps)
    torch.testing.assert_close(steps[-1].h, steps[-1].gates[3] * c.tanh())


def test_names_of_gates_agree() -> None:
    assert {kind: "".join(names) for kind, names in NAMES.items()} == GATES


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "bag"])
def test_every_task_trains_with_every_cell_and_is_seen(task: str, cell: str) -> None:
    experiment = trained(2, task=task, cell=cell, hidden=3, length=6)
    assert None not in experiment.metrics().values()
    for panel in PANELS:
        arrays = stage(experiment, panel=panel).arrays
        assert all(np.isfinite(arrays[name]).all() for name in ("hidden", "gates", "outputs", "reach"))


@pytest.mark.parametrize(("task", "attention"), [("depth", False), ("french", False), ("french", True)])
def test_what_is_shown_is_what_autograd_says(task: str, attention: bool) -> None:
    experiment = trained(5, task=task, cell="lstm", hidden=6, length=7, attention=attention)
    seen = stage(experiment, example=3)
    arrays, at, source = seen.arrays, seen.info["at"], seen.info["source"]
    steps = at - source + 1
    one = experiment.test[torch.tensor([3])]
    inputs = one.inputs[:, :steps].clone().requires_grad_()
    outputs = experiment.network(inputs, one.sources, one.lengths)
    np.testing.assert_allclose(arrays["outputs"][:steps], outputs[0].softmax(-1).detach(), atol=1e-6)
    (gradient,) = torch.autograd.grad(outputs[0, -1, seen.info["asked"]], inputs)
    np.testing.assert_allclose(arrays["reach"][source : source + steps], gradient[0].norm(dim=-1), atol=1e-6)
    i, f, g, o = arrays["gates"][:, at]
    np.testing.assert_allclose(arrays["cell"][at], f * arrays["before"][1] + i * g, atol=1e-6)
    np.testing.assert_allclose(arrays["hidden"][at], o * np.tanh(arrays["cell"][at]), atol=1e-6)
    sums = torch.tensor(arrays["parts"].sum(0))
    np.testing.assert_allclose(i, sums[0].sigmoid(), atol=1e-6)
    if attention:
        np.testing.assert_allclose(arrays["attention"].sum(1), 1, atol=1e-5)


def test_a_unit_that_is_zeroed_costs_what_is_said() -> None:
    experiment = trained(60, task="depth", hidden=6, length=12)
    worth = stage(experiment, panel="units").arrays["worth"]
    few = experiment.test[torch.arange(40)]

    def loss() -> float:
        outputs = experiment.network(few.inputs).flatten(0, 1)
        return nn.functional.cross_entropy(outputs, few.targets.flatten()).item()

    before = loss()
    experiment.apply("zeroed", "2")
    assert worth[2] == pytest.approx(loss() - before, abs=1e-5)


def test_what_a_unit_goes_with_is_numpys_correlation() -> None:
    experiment = trained(20, task="depth", hidden=5, length=9)
    seen = stage(experiment, panel="units")
    assert seen.info["facts"] == ["depth", "inside brackets", "position"]
    steps = experiment.network.cell(experiment.test.inputs, experiment.network.cell.start(len(experiment.test)))
    hidden = np.stack([step.h.detach().numpy() for step in steps], 1).reshape(-1, 5)
    depth = experiment.test.targets.numpy().ravel()
    for unit in range(5):
        for row, fact in enumerate((depth, depth > 0, np.tile(np.arange(9), len(experiment.test)))):
            expected = np.corrcoef(hidden[:, unit], fact)[0, 1]
            assert seen.arrays["correlations"][row, unit] == pytest.approx(expected, abs=1e-4)


def test_states_lie_on_numpys_principal_components() -> None:
    experiment = trained(10, hidden=6)
    arrays = stage(experiment, panel="states").arrays
    test = experiment.test
    steps = experiment.network.cell(test.inputs, experiment.network.cell.start(len(test)))
    hidden = torch.stack([step.h for step in steps], 1)[test.inputs.any(-1)].detach().numpy()
    _, values, rows = np.linalg.svd(hidden - hidden.mean(0), full_matrices=False)
    np.testing.assert_allclose(arrays["explained"], (values**2 / (values**2).sum())[:2], atol=1e-4)
    np.testing.assert_allclose(np.abs((arrays["axes"] * rows[:2]).sum(1)), 1, atol=1e-3)
    expected = (arrays["hidden"] - hidden.mean(0)) @ arrays["axes"].T
    np.testing.assert_allclose(arrays["path"], expected, atol=1e-4)


@pytest.mark.parametrize("task", ["sentiment", "depth", "french"])
def test_accuracy_by_length_is_counted_sequence_by_sequence(task: str) -> None:
    experiment = trained(30, task=task, hidden=8, length=8)
    arrays = stage(experiment, panel="lengths").arrays
    token, whole, count = arrays["by_length"]
    assert (whole <= token + 1e-6).all()
    if task != "depth":  # the test's own
        mean = (whole * count).sum() / count.sum()
        assert mean == pytest.approx(experiment.metrics()["exact_match"], abs=1e-5)
        assert count.sum() == len(experiment.test)
    else:
        assert arrays["lengths"].tolist() == [4, 8, 12, 16, 24, 100]


def test_a_free_run_reads_its_own_answers_and_its_chance_is_its_own() -> None:
    experiment = trained(60, task="spell", hidden=12)
    cold, warm = (stage(experiment, panel="free", temperature=heat, example=3) for heat in (0.0, 2.0))
    assert cold.info["samples"][0]["asked"] == "3"
    assert warm.info["samples"] != cold.info["samples"]
    assert warm.info["samples"] == stage(experiment, panel="free", temperature=2.0, example=3).info["samples"]
    assert warm.info["samples"] != stage(experiment, panel="free", temperature=2.0, example=3, draw=1).info["samples"]
    forced, free = cold.arrays["horizon"]
    assert forced[0] == free[0]
    assert free.sum() >= forced.sum()


def test_a_text_goes_on_from_its_middle() -> None:
    experiment = trained(40, task="own_text", hidden=12, length=10)
    sample = stage(experiment, panel="free").info["samples"][0]
    assert len(sample["asked"]) == 6
    assert len(sample["free"]) == len(sample["true"]) == 5
    forced, free = stage(experiment, panel="free").arrays["horizon"]
    np.testing.assert_array_equal(forced[:6], free[:6])


def test_alignment_is_the_attention_on_the_true_source() -> None:
    experiment = trained(5, task="reverse", hidden=6, length=4, attention=True)
    test, total, count = experiment.test, 0.0, 0
    _, attention = experiment.network.attending(test.inputs, test.sources, test.lengths)
    assert attention is not None
    assert test.lengths is not None
    for row, length in enumerate(test.lengths.tolist()):
        for place in range(length):
            total, count = total + attention[row, place, length - 1 - place].item(), count + 1
    assert experiment.metrics()["alignment"] == pytest.approx(total / count, abs=1e-5)


def test_what_a_person_types_is_read_or_named() -> None:
    experiment = trained(1, hidden=4)
    assert stage(experiment, typed="the film was not bad").info["tokens"] == ["the", "film", "was", "not", "bad"]
    assert "'movie' is unknown" in stage(experiment, typed="the movie").info["refused"]
    with pytest.raises(ConfigError, match="there is no unit"):
        experiment.apply("zeroed", "4")
    with pytest.raises(ConfigError, match="fixes no gate"):
        experiment.apply("clamped", "f=1")


@pytest.mark.parametrize("task", [name for name, task in TASKS.items() if task.splits and task.cut is None])
def test_what_tests_was_not_trained_on(task: str) -> None:
    train, test = examples_of(TASKS[task], 12, False, 0, "")
    rows = [{(*s, *i) for s, i in zip(x.sources.tolist(), x.inputs.tolist(), strict=True)} for x in (train, test)]
    assert len(test.inputs) >= 100
    assert not rows[0] & rows[1]


@pytest.mark.parametrize("task", ["recall", "parity"])
def test_sequences_of_all_lengths_are_those_of_each(task: str) -> None:
    train, test = examples_of(TASKS[task], 7, True, 0, "")
    known = {each + (2 if task == "recall" else 0) for each in range(1, 8)}
    assert {*(train.inputs >= 0).sum(1).tolist()} == known
    for examples in (train, test):
        sizes = (examples.inputs >= 0).sum(1)
        for row, size in enumerate(sizes):
            inputs, targets = examples.inputs[row], examples.targets[row]
            assert (inputs[size:] == -1).all()
            assert (targets >= 0).nonzero()[0].tolist() == [size - 1]
            assert targets[size - 1] == (inputs[0] if task == "recall" else inputs[:size].sum() % 2)
    assert not {*map(tuple, train.inputs.tolist())} & {*map(tuple, test.inputs.tolist())}


def test_an_old_link_means_sequences_of_one_length() -> None:
    config, problems = SequenceConfig.from_text({"task": "parity", "length": "9"})
    assert not problems
    assert (config.mixed, config.cell, config.hidden) == (False, "rnn", 24)
    with pytest.raises(ConfigError, match="Sine mixes is not of one length"):
        SequenceConfig(task="sine", mixed=True)


def test_no_sender_of_a_tested_message_has_its_gift_or_secret_in_training() -> None:
    met, tested = (
        {(row[1], max(row)) for row in examples.inputs.tolist()}
        for examples in examples_of(TASKS["spam"], 20, False, 0, "")
    )
    assert not met & tested
    assert len(met) + len(tested) == 8 * 8
    assert {sender for sender, _ in tested} == {sender for sender, _ in met}
    assert {thing for _, thing in tested} == {thing for _, thing in met}


def test_a_forget_bias_lets_the_gradient_reach_back() -> None:
    reach = {
        bias: stage(trained(0, task="recall", length=40, cell="lstm", hidden=32, forget_bias=bias)).arrays["reach"][0]
        for bias in (0.0, 5.0)
    }
    assert reach[0.0] < 1e-4 < 1e-3 < reach[5.0]
