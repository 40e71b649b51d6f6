"""The lab of deep networks: its numbers against plain PyTorch, what is done to layers, and the stories it tells."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import ACTIVATIONS, OPTIMIZERS, resolve
from playground.kinds import ConfigError
from playground.labs.deep.config import DATA, DeepConfig, Look
from playground.labs.deep.data import examples
from playground.labs.deep.experiment import DeepExperiment
from playground.run import Edit, View
from playground.training.batches import rows

SMALL: dict[str, Any] = {"depth": 6, "width": 8}
SIGMOID: dict[str, Any] = {"depth": 20, "width": 32, "activation": "sigmoid"}


def experiment(**settings: Any) -> DeepExperiment:
    return DeepExperiment(DeepConfig(**{**SMALL, **settings}))


def by_hand(network: Any, inputs: Tensor, branch: float | None) -> list[Tensor]:
    """What every layer gives on, without the network's own code."""
    found = []
    for index, layer in enumerate(network.layers):
        sums = inputs @ layer.weight.T + layer.bias
        if index == len(network.layers) - 1:
            return [*found, sums]
        made = network.activation(network.norms[index](sums))
        inputs = inputs + branch * made if branch is not None and index else made
        found.append(inputs)
    raise AssertionError


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_the_ladders_are_those_of_the_next_update(activation: str, normalization: str) -> None:
    made = experiment(activation=activation, normalization=normalization, prefix=3, optimizer="sgd", seed=2)
    made.advance(steps=7)
    frame = made.observe("run", View()).arrays
    assert {name.rpartition("_")[0] for name in frame} == {"plain", "residual", "prefix"}
    inputs, labels = (part[rows(7, DATA["digits"].train_size, 32, seed=2)] for part in examples("digits"))
    for name, branch in (("plain", None), ("residual", 1 / 4), ("prefix", None)):
        network: Any = made.network[name]
        outputs = by_hand(network, inputs, branch)
        weights = [layer.weight for layer in network.layers]
        gradients = torch.autograd.grad(F.cross_entropy(outputs[-1], labels), weights)
        expected = {
            "gradients": [(g.norm() / w.norm()).item() for g, w in zip(gradients, weights, strict=True)],
            "signals": [output.square().mean().sqrt().item() for output in outputs],
            "spreads": [output.var(0, unbiased=False).mean().sqrt().item() for output in outputs],
        }
        for part, values in expected.items():
            np.testing.assert_allclose(frame[f"{name}_{part}"], values, rtol=1e-5, atol=1e-6)
        before = [weight.detach().clone() for weight in weights]
        expected_now = [b - 0.003 * g for b, g in zip(before, gradients, strict=True)]
        made_after = made.state()
        made.advance(steps=1)
        for weight, wanted in zip(weights, expected_now, strict=True):
            torch.testing.assert_close(weight.detach(), wanted, rtol=0, atol=1e-6)
        made.restore(made_after)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_a_relative_gradient_is_what_a_small_change_along_it_makes_of_the_loss(activation: str) -> None:
    made = experiment(activation=activation, normalization="layer", prefix=3)
    made.advance(steps=5)
    frame = made.observe("run", View()).arrays
    places, step = rows(5, DATA["digits"].train_size, 32, seed=0), 1e-4
    inputs, labels = examples("digits")[0][places].double(), examples("digits")[1][places]
    for name in made.config.networks:
        network: Any = copy.deepcopy(made.network[name]).double()
        for index, layer in enumerate(network.layers):
            (gradient,) = torch.autograd.grad(F.cross_entropy(network(inputs), labels), layer.weight)
            along, here, losses = gradient / gradient.norm(), layer.weight.detach().clone(), []
            for sign in (1, -1):
                layer.weight.data = here + sign * step * along
                losses.append(F.cross_entropy(network(inputs), labels).item())
            layer.weight.data = here
            slope = (losses[0] - losses[1]) / (2 * step) / here.norm().item()
            assert frame[f"{name}_gradients"][index] == pytest.approx(slope, abs=1e-4, rel=1e-3)


def test_all_networks_begin_with_the_same_weights() -> None:
    made = experiment(prefix=4)
    state: Any = made.state()["network"]
    for index in range(6):
        for part in ("weight", "bias"):
            plain = state[f"plain.layers.{index}.{part}"]
            assert (plain == state[f"residual.layers.{index}.{part}"]).all()
            if index < 3:
                assert (plain == state[f"prefix.layers.{index}.{part}"]).all()
    assert (state["plain.layers.5.weight"] == state["prefix.layers.3.weight"]).all()


@pytest.mark.parametrize("dataset", DATA)
def test_every_set_has_classes_and_fits_the_card(dataset: str) -> None:
    inputs, labels = examples(dataset)
    assert inputs.shape == (DATA[dataset].size, DATA[dataset].inputs)
    assert set(labels.tolist()) == set(range(DATA[dataset].classes))
    assert inputs.abs().max() <= 1


class TestInterventions:
    def test_a_residual_layer_at_zero_is_nothing_and_a_plain_one_is_all(self) -> None:
        made = experiment(activation="relu", seed=1)
        inputs = examples("digits")[0][:50]
        made.apply("zeroed", [3])
        plain, residual = (made.network[name].outputs(inputs) for name in ("plain", "residual"))
        assert torch.equal(residual[2], residual[1])
        assert not plain[2].any()
        assert plain[-1].std(0).max() == 0  # all examples are alike
        made.apply("zeroed", [2, 3, 4, 5])
        first: Any = made.network["residual"]
        alone = first.layers[-1](F.relu(first.layers[0](inputs)))
        assert torch.equal(first(inputs), alone)

    def test_a_cut_skip_makes_the_layer_plain(self) -> None:
        made = experiment(branch="sum", seed=1)
        made.apply("cut", [2, 3, 4, 5])
        inputs = examples("digits")[0][:50]
        torch.testing.assert_close(made.network["plain"](inputs), made.network["residual"](inputs))

    @pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
    def test_a_frozen_layer_stays_and_the_others_go_on(self, optimizer: str) -> None:
        made = experiment(optimizer=optimizer, activation="relu", normalization="layer")
        made.advance(steps=3)
        made.apply("frozen", [2, 6])
        before: Any = made.state()["network"]
        made.advance(steps=3)
        after: Any = made.state()["network"]
        for name in before:
            index = int(name.split(".")[2])
            is_frozen = index == 1 or (index == 5 and "layers" in name)
            assert (before[name] == after[name]).all() == is_frozen, name

    def test_the_weight_scale_multiplies_what_there_is(self) -> None:
        made, other = experiment(), experiment(initial_scale=2)
        made.apply("initial_scale", 2)
        assert made.parameters_sha256() == other.parameters_sha256()

    def test_with_relu_the_signal_keeps_its_size_at_the_critical_scale(self) -> None:
        """He et al. 2015, Delving Deep into Rectifiers, equation 9: every layer multiplies the second moment by
        scale² · fan_in · Var(w) / 2, which Kaiming's draw makes scale²."""
        for scale in (0.7, 1.0, 1.4):
            slopes = []
            for seed in range(4):
                made = experiment(depth=20, width=64, activation="relu", initial_scale=scale, skip="off", seed=seed)
                signals = made.observe("run", View()).arrays["plain_signals"][:-1]
                slopes.append(np.polyfit(np.arange(19), np.log(signals.astype(float) ** 2), 1)[0])
            assert np.mean(slopes) == pytest.approx(np.log(scale**2), abs=0.12)

    @pytest.mark.parametrize(("name", "layer"), [("zeroed", 6), ("cut", 1), ("cut", 6), ("frozen", 7)])
    def test_a_layer_that_is_not_there_is_refused(self, name: str, layer: int) -> None:
        made = experiment()
        with pytest.raises(ConfigError, match=f"{layer} is no such layer of 6; use"):
            made.apply(name, [layer])
        assert made.edits == 0

    def test_what_was_done_is_told(self) -> None:
        config = DeepConfig()
        assert config.edit_words(Edit(step=1, target="zeroed", value=(3, 5))) == "zeroed layers: 3, 5"
        assert config.edit_words(Edit(step=1, target="cut", value=())) == "cut skips: none"


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ({"prefix": "20"}, "prefix", "20 is no shorter part of 20 layers; use 0, or 2 to 19"),
        ({"prefix": "5", "skip": "on"}, "prefix", "without skips, which is off"),
        ({"normalization": "batch", "batch_size": "1"}, "normalization", "a batch of 1"),
        ({"dataset": "circle", "batch_size": "500"}, "batch_size", "more than the 400 training examples"),
        ({"frozen": "3,21"}, "frozen", "21 is no such layer of 20; use 1 to 20"),
    ],
)
def test_what_does_not_go_together_is_named(text: dict[str, str], name: str, words: str) -> None:
    _, problems = DeepConfig.from_text(text)
    [problem] = problems
    assert problem.name == name
    assert words in problem.message


def test_training_stops_at_the_last_finite_numbers_however_it_is_cut() -> None:
    def ended(*slices: int) -> tuple[int, str]:
        made = experiment(activation="relu", branch="sum", optimizer="sgd", learning_rate=10, depth=12)
        for steps in slices:
            made.advance(steps=steps)
        assert made.notice is not None
        assert "infinite" in made.notice
        return made.step, made.parameters_sha256()

    assert ended(60) == ended(*[1] * 60)


def test_every_activation_trains() -> None:
    for activation in ACTIVATIONS:
        made = experiment(activation=activation, dataset="circle")
        before = made.parameters_sha256()
        made.advance(steps=2)
        assert made.parameters_sha256() != before


class TestInside:
    def test_nothing_is_computed_before_somebody_looks(self) -> None:
        moment = experiment().observe("run", View(look=Look()))
        assert moment.info["inside"] is None
        assert not {"places", "grid", "plain_probes"} & set(moment.arrays)

    @pytest.mark.parametrize("dataset", ["digits", "spiral"])
    def test_a_layer_is_seen_in_two_neurons_or_two_components(self, dataset: str) -> None:
        made = experiment(dataset=dataset, activation="tanh")
        made.advance(steps=5)
        inputs = examples(dataset)[0][:300]
        values = made.network["residual"].outputs(inputs)[2].detach()
        look = Look(layer=3, network="residual", neurons=(4, 1))
        frame = made.observe("run", View(look=look)).arrays
        np.testing.assert_allclose(frame["places"], values[:, [4, 1]], rtol=1e-4, atol=1e-6)
        assert ("grid" in frame) == (dataset == "spiral")
        if dataset == "spiral":
            corner = made.network["residual"].outputs(torch.tensor([[1.0, -1.0]]))[2][0, [4, 1]].detach()
            np.testing.assert_allclose(frame["grid"][-1, 0], corner, rtol=1e-4, atol=1e-5)
        frame = made.observe("run", View(look=Look(layer=3, network="residual"))).arrays
        variances = np.linalg.eigvalsh(np.cov(values.numpy().T))[-2:][::-1]
        np.testing.assert_allclose(frame["places"].var(0, ddof=1), variances, rtol=1e-3)

    @pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
    def test_a_probe_learns_as_an_output_layer_of_its_own_would(self, optimizer: str) -> None:
        made = experiment(activation="tanh", seed=4, optimizer=optimizer, prefix=3)
        rate, nets = made.config.learning_rate, made.network
        inputs, labels = examples("digits")
        size = DATA["digits"].train_size
        pairs: Any = [
            (name, index) for name in ("plain", "residual", "prefix") for index in range(len(nets[name].norms))
        ]
        probes = [copy.deepcopy(nets[name].layers[-1]) for name, _ in pairs]
        rule_of = OPTIMIZERS[optimizer]
        rules = [resolve(rule_of.torch)(probe.parameters(), lr=rate, **rule_of.arguments) for probe in probes]
        for step in range(20):
            places = rows(step, size, 32, seed=4)
            for (name, index), probe, rule in zip(pairs, probes, rules, strict=True):
                hidden = nets[name].outputs(inputs[places])[index].detach()
                rule.zero_grad()
                F.cross_entropy(probe(hidden), labels[places]).backward()
                rule.step()
            made.advance(steps=1)
        made.metrics()  # and the probes with them
        frame, kept = made.observe("run", View(look=Look(layer=1))).arrays, made.state()["probes"]
        shares = np.concatenate([frame[f"{name}_probes"] for name in made.config.networks])
        for place, ((name, index), probe) in enumerate(zip(pairs, probes, strict=True)):
            np.testing.assert_allclose(kept["weight"][place], probe.weight.detach(), rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(kept["bias"][place], probe.bias.detach(), rtol=1e-3, atol=1e-5)
            logits = probe(nets[name].outputs(inputs[size:])[index])
            right = (logits.argmax(1) == labels[size:]).float().mean().item()
            assert shares[place] == pytest.approx(right, abs=0.01)

    @pytest.mark.parametrize(
        "settings",
        [
            {"dataset": "digits", "depth": 8},
            {"dataset": "digits", "depth": 20, "learning_rate": 0.01, "activation": "sigmoid"},
            {
                "dataset": "digits",
                "depth": 6,
                "normalization": "batch",
                "optimizer": "momentum",
                "learning_rate": 0.03,
            },
            {"dataset": "spiral", "depth": 8, "learning_rate": 0.01},
            {"dataset": "pinwheel", "depth": 6, "learning_rate": 0.01, "prefix": 3},
        ],
        ids=lambda each: "-".join(map(str, each.values())),
    )
    def test_the_last_probe_is_as_right_as_the_network(self, settings: dict[str, Any]) -> None:
        for seed in range(5):
            made = DeepExperiment(DeepConfig(**{"activation": "relu", **settings}, seed=seed))
            for _ in range(2):
                made.advance(steps=40)
                found, frame = made.metrics(), made.observe("run", View(look=Look(layer=1))).arrays
                for name in made.config.networks:
                    first = "" if name == made.config.main else f"{name}_"
                    accuracy = found[f"{first}test_accuracy"]
                    assert frame[f"{name}_probes"][-1] == pytest.approx(accuracy, abs=0.01), (seed, name)

    def test_straight_lines_part_spirals_better_from_layer_to_layer(self) -> None:
        for seed in range(3):
            made = DeepExperiment(
                DeepConfig(dataset="spiral", depth=8, activation="relu", learning_rate=0.01, seed=seed)
            )
            made.advance(steps=300)
            made.metrics()
            probes = made.observe("run", View(look=Look(layer=1))).arrays["residual_probes"]
            assert probes[0] < 0.75 < 0.9 < probes[-1]

    def test_probes_are_kept_and_gone_back_to(self) -> None:
        made = experiment(activation="tanh")

        def probed() -> list[float]:
            made.metrics()
            found: list[float] = made.observe("run", View(look=Look(layer=1))).arrays["plain_probes"].tolist()
            return found

        made.advance(steps=20)
        before, kept = probed(), made.state()
        made.advance(steps=20)
        after = probed()
        made.restore(kept)
        assert probed() == before != after
        made.advance(steps=20)
        assert probed() == after

    def test_without_a_hidden_layer_there_is_no_probe(self) -> None:
        made = experiment(depth=1)
        made.advance(steps=2)
        assert made.observe("run", View(look=Look(layer=1))).info["inside"] is None

    def test_probes_are_made_anew_after_a_change(self) -> None:
        made = experiment(skip="off", activation="relu", learning_rate=0.01)
        made.advance(steps=60)
        look = View(look=Look(layer=4))
        before = made.observe("run", look).arrays["plain_probes"]
        made.apply("zeroed", [2])
        after = made.observe("run", look)
        assert after.info["inside"]["probed_at"] == 60
        assert (before[2:] > 0.3).all()
        assert (after.arrays["plain_probes"][2:] < 0.2).all()


class TestStories:
    @pytest.mark.parametrize("seed", range(3))
    def test_without_skips_sigmoids_stay_dark_and_with_them_they_learn(self, seed: int) -> None:
        made = DeepExperiment(DeepConfig(**SIGMOID, learning_rate=0.01, seed=seed))
        for _ in range(2):
            told = made.details()
            plain, residual = told["plain_gradient_norms"], told["gradient_norms"]
            assert len(plain) == len(residual) == 20
            assert plain[0] / plain[-1] < 1e-6
            assert residual[0] / residual[-1] > 1e-2
            made.advance(steps=120)
        found: Any = made.metrics()
        assert found["plain_train_accuracy"] < 0.3
        assert found["train_accuracy"] > 0.8

    @pytest.mark.parametrize("seed", range(3))
    def test_more_layers_train_worse_although_gradients_flow_and_skips_mend_it(self, seed: int) -> None:
        """At a rate of 0.001: of 0.0003, 0.001, 0.003 and 0.01 the one at which the plain network trains best."""
        made = DeepExperiment(DeepConfig(depth=40, activation="relu", prefix=10, learning_rate=0.001, seed=seed))
        made.advance(steps=250)
        told: Any = made.details()["plain_gradient_norms"]
        assert 1e-2 < told[0] / told[-1] < 1e2
        found: Any = made.metrics()
        assert found["plain_train_loss"] > 2 * max(found["prefix_train_loss"], found["train_loss"])

    def test_a_trained_residual_layer_can_go_and_a_plain_one_cannot(self) -> None:
        made = DeepExperiment(DeepConfig(activation="relu", seed=1))
        made.advance(steps=200)
        before: Any = made.metrics()
        for layer in (2, 10, 19):
            made.apply("zeroed", [layer])
            after: Any = made.metrics()
            assert abs(after["train_accuracy"] - before["train_accuracy"]) < 0.02
            assert after["plain_train_accuracy"] < 0.15 < 0.5 < before["plain_train_accuracy"]

    @pytest.mark.parametrize("seed", range(3))
    def test_batch_norm_lights_the_plain_network_and_layer_norm_does_not(self, seed: int) -> None:
        for normalization, lights in (("batch", True), ("layer", False)):
            told: Any = DeepExperiment(DeepConfig(normalization=normalization, seed=seed)).details()
            gradients = told["plain_gradient_norms"]
            assert (gradients[0] / gradients[-1] > 1e-2) == lights == (gradients[0] / gradients[-1] > 1e-6)
