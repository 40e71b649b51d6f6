"""The command line: ``python -m playground train mlp --dataset spiral --hidden 8,8 --epochs 100``."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from playground.configs import CONFIGS
from playground.headless import Result, train
from playground.run import Choice, Config, ConfigError, Number, Run, Setting

EPOCHS = Number(0, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; → the exit status: 0, or 2 where an argument cannot be used."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    config_class = CONFIGS[options["lab"]]
    given = {name: options[name] for name in config_class.settings() if options[name] is not None}
    if "data_seed" not in given and "seed" in given:
        given["data_seed"] = given["seed"]
    try:
        config = _config(config_class, given)
        epochs = EPOCHS.parse(options["epochs"])
    except ConfigError as error:
        parser.error(str(error))
    try:
        result = _train(Run(lab=options["lab"], config=config), epochs, quiet=options["json"])
    except ConfigError as error:
        parser.error(str(error))
    print(json.dumps(result.to_json()) if options["json"] else _summary(result))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m playground", description="Train a network without a page.")
    commands = parser.add_subparsers(required=True)
    trainer = commands.add_parser("train", help="train one network and print where it came to")
    labs = trainer.add_subparsers(dest="lab", required=True)
    for lab, config_class in CONFIGS.items():
        command = labs.add_parser(lab, help=(config_class.__doc__ or "").splitlines()[0])
        for name, known in config_class.settings().items():
            command.add_argument(f"--{name.replace('_', '-')}", dest=name, help=_help(known, name, config_class))
        command.add_argument("--epochs", default="100", help="passes over the training data (default: 100)")
        command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _help(known: Setting, name: str, config_class: type[Config]) -> str:
    choices = f" One of {', '.join(known.kind.options)}." if isinstance(known.kind, Choice) else ""
    default = known.kind.format(config_class.defaults()[name])
    text = f"{known.label}. {known.help}{choices} (default: {default})"
    return text.replace("%", "%%")


def _config(config_class: type[Config], given: dict[str, str]) -> Config:
    """The configuration of the given texts; unlike a page, the command line refuses what it cannot use."""
    config, problems = config_class.from_text(given)
    if problems:
        raise ConfigError("; ".join(map(str, problems)))
    return config


def _train(run: Run, epochs: float, quiet: bool) -> Result:
    config: Any = run.config
    if quiet:
        return train(config, epochs=epochs)
    from tqdm import tqdm

    total = round(epochs * config.steps_per_epoch)
    with tqdm(total=total, unit=" updates", file=sys.stderr) as bar:

        def show(result: Result) -> None:
            bar.update(result.step - bar.n)
            bar.set_postfix_str(f"train loss {_number(result.train_loss)}, test loss {_number(result.test_loss)}")

        return train(config, epochs=epochs, progress=show)


def _summary(result: Result) -> str:
    lines = [f"epoch {result.epoch:g}, step {result.step}"]
    lines.append(f"loss      train {_number(result.train_loss)}   test {_number(result.test_loss)}")
    if result.train_accuracy is not None and result.test_accuracy is not None:
        lines.append(f"accuracy  train {result.train_accuracy:.1%}   test {result.test_accuracy:.1%}")
    if result.steps_per_s is not None:
        lines.append(f"speed     {result.steps_per_s:,.0f} updates/s")
    lines.append(f"weights   sha256 {result.parameters_sha256}")
    return "\n".join([*lines, *([result.notice] if result.notice else [])])


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    sys.exit(main())
