import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog import ACTIVATIONS, DEVICES, INITIALIZERS, OPTIMIZERS
from playground.data.points import DATASETS, FEATURES, dataset_of
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run, RunConfig


@st.composite
def configs(draw: st.DrawFn) -> MLPConfig:
    dataset = draw(st.sampled_from(list(DATASETS)))
    losses = MLPConfig(dataset=dataset, loss=_usual_loss(dataset)).losses()
    hidden_sizes = tuple(draw(st.lists(st.integers(1, 32), max_size=8)))
    neurons = st.sets(st.sampled_from([(layer, size) for layer, size in enumerate(hidden_sizes, 1)] or [(1, 1)]))
    train_share, is_drawn = draw(st.floats(0.1, 0.9)), not DATASETS[dataset].is_table and dataset != "own"
    points = draw(st.none() | st.integers(20, 2000)) if is_drawn else None
    trained = dataset_of(dataset, points, (1, 2), "", 2).train_size(train_share)
    return MLPConfig(
        dataset=dataset,
        loss=draw(st.sampled_from(losses)),
        noise=draw(st.floats(0, 0.5)),
        train_share=train_share,
        points=points,
        table_columns=(draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        all_columns=draw(st.booleans()),
        data_seed=draw(st.integers(0, 2**31 - 1)),
        features=tuple(draw(st.sets(st.sampled_from(list(FEATURES)), min_size=1))),
        hidden_sizes=hidden_sizes,
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        initializer=draw(st.sampled_from(list(INITIALIZERS))),
        seed=draw(st.integers(0, 2**31 - 1)),
        optimizer=draw(st.sampled_from(list(OPTIMIZERS))),
        learning_rate=draw(st.floats(0, 100)),
        batch_size=draw(st.integers(1, min(50, trained))),
        l1_strength=draw(st.floats(0, 10)),
        weight_decay=draw(st.floats(0, 10)),
        device=draw(st.sampled_from(list(DEVICES))),
        frozen=tuple(draw(neurons)),
        zeroed=tuple(draw(neurons)) if hidden_sizes else (),
    )


def _usual_loss(dataset: str) -> str:
    return "cross_entropy" if DATASETS[dataset].classes > 2 else "squared_error"


@given(configs())
def test_a_configuration_survives_the_address(config: MLPConfig) -> None:
    text = config.to_text()
    again, problems = MLPConfig.from_text(text)
    assert problems == []
    assert again.to_text() == text
    assert again.learning_rate == pytest.approx(config.learning_rate, rel=1e-14)


@given(configs())
def test_a_configuration_is_json(config: MLPConfig) -> None:
    assert MLPConfig(**json.loads(json.dumps(config.to_json()))) == config


@given(st.dictionaries(st.one_of(st.sampled_from(list(MLPConfig.settings())), st.text()), st.text()))
def test_any_address_gives_a_configuration_and_says_what_was_wrong(text: dict[str, str]) -> None:
    config, problems = MLPConfig.from_text(text)
    assert MLPConfig.from_text(config.to_text()) == (config, [])
    for name, raw in text.items():
        reported = any(problem.name in (name, name[:40] + "…") for problem in problems)
        assert reported or config.settings()[name].kind.parse(raw) == getattr(config, name)


def test_only_the_wrong_part_of_an_address_is_replaced() -> None:
    config, problems = MLPConfig.from_text({"dataset": "xor", "noise": "7", "learning_rate": "nan"})
    assert config.dataset == "xor"
    assert config.noise == 0
    assert [str(problem) for problem in problems] == [
        "noise: '7' is not a number from 0 to 0.5",
        "learning_rate: 'nan' is not a number from 0 to 100",
    ]


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("dataset", "moon", "dataset: 'moon' is not one of circle, xor"),
        ("noise", 0.51, "noise: 0.51 is not a number from 0 to 0.5"),
        ("learning_rate", float("inf"), "learning_rate: inf is not a number from 0 to 100"),
        ("hidden_sizes", (33,), "(33,) is not a list of at most 8 whole numbers from 1 to 32"),
        ("hidden_sizes", (1,) * 9, "at most 8"),
        ("features", (), "at least one of x, y"),
        ("features", ("z",), "'z' is not one of x, y"),
        ("batch_size", True, "batch_size: True is not a whole number from 1 to 1000"),
        ("batch_size", 251, "251 is more than the 250 training points; use 1 to 250"),
        ("loss", "cross_entropy", "does not fit plane (a regression); use squared_error"),
        ("seed", -1, "seed: -1 is not a whole number from 0"),
    ],
)
def test_a_refusal_names_the_value_and_the_range(setting: str, value: object, message: str) -> None:
    dataset = {"dataset": "plane"} if setting == "loss" else {}
    with pytest.raises(ConfigError) as refused:
        MLPConfig(**{**dataset, setting: value})
    assert message in str(refused.value)


def test_three_classes_take_cross_entropy_without_being_asked() -> None:
    config, problems = MLPConfig.from_text({"dataset": "rings"})
    assert config.loss == "cross_entropy"
    assert problems == []


def test_a_run_is_a_value() -> None:
    run = Run(config=MLPConfig())
    edited = run.edited(Edit(step=3, target="learning_rate", value=0.1))
    assert run.edits == ()
    assert len(edited.edits) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.edits = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        ("learning_rate", 0.1, "learning rate set to 0.1"),
        ("l1_strength", 1e-05, "L1 regularization set to 1e-05"),
        ("layers.0.weight[2,1]", -0.5, "weight 2 → 3 in layer 1 set to -0.5"),
        ("layers.2.bias[0]", 1 / 3, "bias 1 in layer 3 set to 0.333333"),
        ("tier", "compiled", None),
    ],
)
def test_an_edit_in_words(target: str, value: Any, words: str | None) -> None:
    assert MLPConfig().edit_words(Edit(step=3, target=target, value=value)) == words


def test_a_lab_need_not_name_its_parameters() -> None:
    assert RunConfig().edit_words(Edit(step=3, target="walls[1]", value=2.0)) == "walls[1] set to 2"


@pytest.mark.parametrize(
    "target", ["layers.0.weight[4,0]", "layers.0.weight[0]", "layers.9.bias[0]", "tier", 7, None]
)
def test_what_is_no_number_of_the_network(target: Any) -> None:
    assert not MLPConfig().has_element(target)
    assert MLPConfig().has_element("layers.0.weight[3,1]")
