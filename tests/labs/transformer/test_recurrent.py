"""Recurrent networks beside the Transformer: like for like, and what the page says of them."""

import json

import pytest

from playground.kinds import ConfigError
from playground.labs.transformer import recurrent
from playground.labs.transformer.beside import about, curves
from playground.labs.transformer.config import TransformerConfig
from playground.run import Run


def test_all_learn_the_same_task_in_the_same_way() -> None:
    config = TransformerConfig(task="dates", target="chinese", learning_rate=0.01, batch_size=16, width=16)
    made = recurrent.learners(config)
    assert made["LSTM"].task == "chinese_dates"  # type: ignore[attr-defined]
    for name in ("optimizer", "learning_rate", "batch_size", "data_seed"):
        assert len({getattr(each, name) for each in made.values()}) == 1
    sizes = [each.demands()["parameters"] for each in made.values()]
    assert max(sizes) < 1.2 * min(sizes)
    with pytest.raises(ConfigError, match="no task like Sorting; use Numbers and Dates"):
        recurrent.learners(TransformerConfig(task="sorting"))


def test_it_is_told_in_numbers_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent, "SEEDS", 1)
    monkeypatch.setattr(recurrent, "STOPS", (0, 2))
    told: list[tuple[int, int]] = []
    run = Run(config=TransformerConfig(width=16, heads=2, batch_size=8))
    found = json.loads(recurrent.recurrent(run, 5, lambda done, total: told.append((done, total))))
    assert told == [(1, 2), (2, 2)]
    for each in found["learners"].values():
        (start,), (end,) = each["seconds"]
        assert start == 0 < end
        assert all(0 <= share <= 1 for row in each["exact_match"] for share in row)
    found["learners"]["LSTM"] |= {"seconds": [[0.0], [0.5]], "exact_match": [[0.0], [0.75]]}
    assert "4 updates a second, in the end 75.0%" in about(found)
    figure = curves(found, "seconds")
    assert (figure.data[-1].name, list(figure.data[-1].x), list(figure.data[-1].y)) == ("LSTM", [0, 0.5], [0, 0.75])
    assert list(curves(found, "updates").data[-1].x) == [0, 2]
