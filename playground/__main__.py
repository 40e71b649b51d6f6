"""The command line.

python -m playground train mlp --dataset spiral --hidden 8,8 --epochs 100 --save run.json
python -m playground replay run.json --step 310
python -m playground export run.json --to gif --output run.gif
python -m playground compare mlp --dataset spiral --hidden 8,8,8 --vary activation=sigmoid,relu --seeds 32
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playground import comparison, runfile
from playground.configs import CONFIGS
from playground.export import FORMS, exported
from playground.headless import Result, replay
from playground.run import Choice, Config, ConfigError, Kind, Number, Run, Setting

EPOCHS = Number(0, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; → the exit status: 0, or 2 where an argument cannot be used."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    try:
        if "vary" in options:
            print(_compared(options))
            return 0
        run, step = options["prepare"](options)
        if "to" in options:
            _export(run, step, options["to"], options["output"])
            return 0
        result = replay(run, step, quiet=options["json"])
        if options.get("save"):
            Path(options["save"]).write_text(runfile.write(run, result.step) + "\n", encoding="utf-8")
    except (ConfigError, OSError) as error:
        parser.error(str(error))
    print(json.dumps(result.to_json()) if options["json"] else _summary(result))
    return 0


def _fresh(options: dict[str, Any]) -> tuple[Run, int]:
    """The run that ``train`` is to make, and to which step."""
    config_class = CONFIGS[options["lab"]]
    given = {name: options[name] for name in config_class.settings() if options[name] is not None}
    if "data_seed" not in given and "seed" in given:
        given["data_seed"] = given["seed"]
    config: Any = _config(config_class, given)
    return Run(lab=options["lab"], config=config), round(EPOCHS.parse(options["epochs"]) * config.steps_per_epoch)


def _from_file(options: dict[str, Any]) -> tuple[Run, int]:
    """The run that ``replay`` is to compute again, and to which step."""
    path = Path(options["file"])
    if path.stat().st_size > runfile.MOST_CHARACTERS:
        raise ConfigError(f"{path}: a run file has at most {runfile.MOST_CHARACTERS:,} characters")
    run, step, warning = runfile.read(path.read_text(encoding="utf-8", errors="replace"))
    if warning:
        print(warning, file=sys.stderr)
    return run, step if options["step"] is None else runfile.STEP.parse(options["step"])


def _compared(options: dict[str, Any]) -> str:
    """Run ``compare``; → what to print."""
    from tqdm import tqdm

    config_class = CONFIGS[options["lab"]]
    given = {name: options[name] for name in config_class.settings() if options.get(name) is not None}
    base: Any = _config(config_class, given)
    setting, _, values = options["vary"].partition("=")
    kinds: dict[str, Kind] = {
        "seeds": comparison.SEEDS,
        "epochs": EPOCHS,
        "target_accuracy": comparison.TARGET_ACCURACY,
    }
    asked: dict[str, Any] = {name: _parsed(name, kind, options[name]) for name, kind in kinds.items()}
    variants = comparison.vary(base, setting, values)
    with tqdm(total=asked["epochs"], unit=" epochs", file=sys.stderr, disable=options["json"]) as bar:
        asked |= {name: options[name] for name in ("tier", "engine")}
        found = comparison.compare(variants, **asked, progress=lambda epoch: bar.update(epoch - bar.n))
    return json.dumps(found.to_json()) if options["json"] else str(found)


def _parsed(name: str, kind: Kind, text: str | None) -> Any:
    try:
        return None if text is None else kind.parse(text)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None


def _export(run: Run, step: int, to: str, output: str | None) -> None:
    """Make a form of the run; into the file, or printed where there is none."""
    if output is None and sys.stdout.isatty() and not FORMS[to].is_text:
        raise ConfigError(f"{to} is not text for a terminal; say where it goes: --output run.{FORMS[to].extension}")
    content = exported(run, step, to)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        Path(output).write_bytes(content)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m playground", description="Train a network without a page.")
    commands = parser.add_subparsers(required=True)
    trainer = commands.add_parser("train", help="train one network and print where it came to")
    labs = trainer.add_subparsers(dest="lab", required=True)
    commons = []
    for lab, config_class in [each for each in CONFIGS.items() if each[1].alone]:
        command = labs.add_parser(lab, help=(config_class.__doc__ or "").splitlines()[0])
        _add_settings(command, config_class)
        command.add_argument("--epochs", default="100", help="passes over the training data (default: 100)")
        command.add_argument("--save", metavar="FILE", help="also write the run to a file, for replay")
        command.set_defaults(prepare=_fresh)
        commons.append(command)
    again = commands.add_parser("replay", help="compute the run of a file again, to the same weights")
    again.add_argument("file", help="a run file, as written by train --save or by the page")
    again.add_argument("--step", help="the step to stop at (default: where the file's run stands)")
    again.set_defaults(prepare=_from_file)
    export = commands.add_parser("export", help="make something else of the run of a file")
    export.add_argument("file", help="a run file, as written by train --save or by the page")
    export.add_argument("--to", required=True, choices=list(FORMS), help="what to make of it")
    export.add_argument("--step", help="the step to stop at (default: where the file's run stands)")
    export.add_argument("--output", help="the file to write (default: print it)")
    export.set_defaults(prepare=_from_file)
    comparer = commands.add_parser("compare", help="train variants with many seeds each and sum up what they reach")
    labs = comparer.add_subparsers(dest="lab", required=True)
    for lab, config_class in [each for each in CONFIGS.items() if each[1].alone]:
        commons.append(_add_comparison(labs.add_parser(lab, help="variants of one setting"), config_class))
    for command in [*commons, again]:
        command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _add_settings(command: argparse.ArgumentParser, config_class: type[Config], without: Sequence[str] = ()) -> None:
    for name, known in config_class.settings().items():
        if name not in without:
            command.add_argument(f"--{name.replace('_', '-')}", dest=name, help=_help(known, name, config_class))


def _add_comparison(command: argparse.ArgumentParser, config_class: type[Config]) -> argparse.ArgumentParser:
    _add_settings(command, config_class, without=("data_seed",))
    text = "what differs: activation=sigmoid,relu or hidden_sizes=4,2/8,8; 2 to 4 values"
    command.add_argument("--vary", required=True, metavar="SETTING=VALUES", help=text)
    text = "networks a variant, 1 to 256; each draws its own data and weights, from --seed on (default: 32)"
    command.add_argument("--seeds", default="32", help=text)
    command.add_argument("--epochs", default="100", help="passes over the training data (default: 100)")
    command.add_argument("--target-accuracy", help="a share in [0, 1] of the test points: who reaches it, and when")
    text = "how updates are computed; compiled makes machine code first (default: auto)"
    command.add_argument("--tier", default="auto", choices=comparison.TIERS, help=text)
    text = "ray: on the cluster that $RAY_ADDRESS names (default: inline, in this process)"
    command.add_argument("--engine", default="inline", choices=comparison.ENGINES, help=text)
    return command


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
