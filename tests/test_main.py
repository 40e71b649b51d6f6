"""The command line and the Python functions behind it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from playground import Edit, MapConfig, MLPConfig, Run, __version__, replay, train, trainability_map
from playground.__main__ import main
from playground.lab import LABS
from playground.runs import replay as replaying
from playground.runs.runfile import write
from playground.studies import parts

COMMAND = [
    *["train", "mlp", "--dataset", "spiral", "--features", "x,y,sin_x,sin_y", "--hidden-sizes", "8,8,8"],
    "--seed",
    "1",
]
COMMAND += ["--epochs", "4", "--json"]


def test_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(COMMAND) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["epoch"] == 4
    assert result["step"] == 100
    expected = {"epoch", "step", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "steps_per_s"}
    assert expected | {"parameters_sha256"} <= set(result)
    assert result["steps_per_s"] > 0
    same = train(
        MLPConfig(
            dataset="spiral", features=("x", "y", "sin_x", "sin_y"), hidden_sizes=(8, 8, 8), seed=1, data_seed=1
        ),
        epochs=4,
    )
    assert result["parameters_sha256"] == same.parameters_sha256
    assert result["test_loss"] == same.metrics["test_loss"]


def test_a_readable_summary_and_a_progress_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BAR_AFTER_S", 0.0)
    assert main([*COMMAND[:-1]]) == 0
    out, err = capsys.readouterr()
    assert "epoch 4, step 100" in out
    for metric in LABS["mlp"].metrics:
        assert re.search(rf"^{metric.label}  +0\.\d{{3}}$|^{metric.label}  +\d\d\.\d%$", out, re.MULTILINE), out
    assert "100/100" in err


def test_a_summary_writes_huge_numbers_as_the_page_does(capsys: pytest.CaptureFixture[str]) -> None:
    command = "train mlp --dataset plane --learning-rate 0.3 --weight-decay 10 --epochs 100"
    assert main(command.split()) == 0
    out, _ = capsys.readouterr()
    assert re.search(r"^training loss  \d(\.\d)?·10³.$", out, re.MULTILINE), out
    assert "accuracy" not in out


def test_regression_has_no_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", "mlp", "--dataset", "plane", "--epochs", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["test_accuracy"] is None


def test_a_run_writes_the_same_text_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, net = str(tmp_path / "run.json"), ["--layers", "1", "--width", "8", "--heads", "2", "--context", "16"]
    assert main(["train", "gpt", *net, "--steps", "3", "--json", "--save", file]) == 0
    capsys.readouterr()

    def written(*options: str) -> dict[str, Any]:
        assert main(["generate", file, "--length", "30", "--json", *options]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    first = written("--prompt", "the dog", "--seed", "3")
    assert (first["prompt"], first["draw"], first["step"], len(first["text"])) == ("the dog", 3, 3, 30)
    assert written("--prompt", "the dog", "--seed", "3") == first
    assert written("--prompt", "the dog", "--seed", "4")["text"] != first["text"]
    with pytest.raises(SystemExit):
        main(["generate", file, "--temperature", "0"])
    assert "temperature: '0' is not a number from 0.2 to 10" in capsys.readouterr().err


def test_a_run_that_writes_nothing_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = str(tmp_path / "run.json")
    assert main(["train", "mlp", "--steps", "1", "--json", "--save", file]) == 0
    with pytest.raises(SystemExit):
        main(["generate", file])
    assert "run.json is a run of Playground, which writes no text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("train mlp --noise 3", "noise: '3' is not a number from 0 to 0.5"),
        ("train mlp --epochs -1", "'-1' is not a number from 0 to 1e+06"),
        ("train mlp --loss cross_entropy --dataset plane", "does not fit plane"),
        ("train mlp --hidden-sizes 8,x", "'8,x' is not a list of at most 8 whole numbers"),
        ("train cnn", "invalid choice: 'cnn'"),
        ("train mlp --hidden 8", "train mlp: error: there is no option --hidden; write --hidden-sizes in full"),
        ("train mlp --l=8", "no option --l; write --loss or --learning-rate or --l1-strength in full"),
        ("map mlp --acros noise", "no option --acros; write --across or --across-from or --across-to in full"),
        ("replay run.json --at 3", "replay: error: there is no option --at\n"),
        ("--por 8502", "open: error: there is no option --por; write --port in full"),
        ("--port 8502 train mlp", "unrecognized arguments: train mlp"),
        ("--port 99999", "port: '99999' is not a whole number from 1 to 65535"),
    ],
)
def test_bad_arguments(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"neural-playground {__version__}\n"


def test_replay_takes_the_edits_up_to_its_step() -> None:
    run = Run(config=MLPConfig()).edited(Edit(step=10, target="learning_rate", value=1.0))
    unedited = Run(config=MLPConfig())
    assert replay(run, 10).parameters_sha256 == replay(run, 10).parameters_sha256
    assert replay(run, 9).parameters_sha256 == replay(unedited, 9).parameters_sha256
    assert replay(run, 20).parameters_sha256 != replay(unedited, 20).parameters_sha256


def test_divergence_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", "mlp", "--dataset", "plane", "--learning-rate", "10", "--epochs", "5"])
    assert "Training stopped at step" in capsys.readouterr().out


def test_a_saved_run_is_computed_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = str(tmp_path / "run.json")
    assert main([*COMMAND, "--save", file]) == 0
    saved = json.loads(capsys.readouterr().out)
    assert main(["replay", file, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["step"], again["parameters_sha256"]) == (saved["step"], saved["parameters_sha256"])
    assert main(["replay", file, "--step", "31", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 31


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        (None, [], "No such file"),
        ("{}", [], "run.json: this is not a run file"),
        ("\ufeff" + write(Run(config=MLPConfig()), 3), ["--step", "9" * 400], "is not a whole number"),
        (write(Run(config=MLPConfig()), 3), ["--step", "many"], "'many' is not a whole number"),
    ],
)
def test_a_wrong_file_is_named(
    content: str | None, arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["replay", str(file), *arguments])
    assert stopped.value.code == 2
    assert reason in capsys.readouterr().err


COMPARE = ["compare", "mlp", "--dataset", "xor", "--hidden-sizes", "4", "--learning-rate", "0.1"]
COMPARE += ["--vary", "activation=tanh,linear", "--seeds", "6", "--epochs", "10", "--target-accuracy", "0.9"]


def test_a_comparison_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMPARE, "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert [summary["variant"] for summary in found["summaries"]] == ["Tanh", "Linear"]
    assert len(found["rows"]) == 12
    assert {"median", "q10", "q90"} <= set(found["summaries"][0]["score"])
    assert found["summaries"][0]["share_reached"] > found["summaries"][1]["share_reached"]
    assert found["network_steps_per_s"] > 0


def test_a_comparison_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(COMPARE) == 0
    out, err = capsys.readouterr()
    assert "Tanh reached 90% in" in out
    assert "0/6" in out
    assert "10.0/10.0" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--vary activation=tanh", "vary: 1 value of activation; write 2 to 4, with commas between them"),
        ("--vary activation", "vary: activation: '' is not one of relu, tanh"),
        ("--vary speed=1,2", "vary: 'speed' is not one of dataset,"),
        ("--vary activation=tanh,cosine", "vary: activation: 'cosine' is not one of relu, tanh"),
        ("--seeds 300", "seeds: '300' is not a whole number from 1 to 256"),
        ("--target-accuracy 95", "target_accuracy: '95' is not a number from 0 to 1"),
        ("--epochs many", "epochs: 'many' is not a number"),
        ("--noise 3", "noise: '3' is not a number from 0 to 0.5"),
    ],
)
def test_a_comparison_that_cannot_be(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*COMPARE, *arguments.split()])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_an_interrupted_comparison_prints_what_it_has(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    train = parts.Training.advance

    def advance(training: parts.Training, epochs: int) -> None:
        if training.epoch == 2:
            raise KeyboardInterrupt
        train(training, 1)

    monkeypatch.setattr(parts.Training, "advance", advance)
    with pytest.raises(SystemExit) as left:
        main([*COMPARE, "--json"])
    assert left.value.code == 130
    out, err = capsys.readouterr()
    assert [row["epoch"] for row in json.loads(out)["rows"]] == [2] * 12
    assert err == "Interrupted at epoch 2 of 10: this is what was reached.\n"


MAP = ["map", "mlp", "--across", "learning_rate", "--across-to", "3", "--cells", "4", "--seed", "2", "--epochs", "3"]


def test_a_map_is_one_json_object_with_a_row_for_every_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*MAP, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    config = MapConfig(across_to=3, cells=4, seed=2, data_seed=2)
    assert found == {
        **json.loads(json.dumps(trainability_map(config, epochs=3).to_json())),
        "network_steps_per_s": found["network_steps_per_s"],
    }
    assert (found["across"], found["down"], len(found["cells"])) == ("learning_rate", "initial_scale", 16)


def test_a_map_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(MAP) == 0
    out, err = capsys.readouterr()
    assert "learning rate across, initial scale down" in out
    assert "16 networks; least test loss" in out
    assert "3.0/3.0" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--across speed", "across: 'speed' is not one of learning_rate, initial_scale"),
        ("--cells 40", "cells: '40' is not a whole number from 2 to 32"),
        ("--across-to 0.001", "across_to: 0.001 does not fit learning rate; use a number above 0.003"),
        ("--engine cloud", "invalid choice: 'cloud'"),
    ],
)
def test_a_map_that_cannot_be(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*MAP, *arguments.split()])
    assert left.value.code == 2
    assert message in capsys.readouterr().err
