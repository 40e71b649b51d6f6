"""The command line: ``neural-playground``, or ``python -m playground`` where nothing is installed.

python -m playground --port 8502
python -m playground train mlp --dataset spiral --hidden-sizes 8,8 --epochs 100 --save run.json
python -m playground replay run.json --step 310
python -m playground replay run.json --sensitivity
python -m playground generate run.json --prompt "the dog" --temperature 0.7 --seed 3
python -m playground export run.json --to gif --output run.gif
python -m playground compare mlp --dataset spiral --hidden-sizes 8,8,8 --vary activation=sigmoid,relu --seeds 32
python -m playground map mlp --dataset spiral --across learning_rate --down initial_scale --cells 32 --epochs 200
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from playground import __version__
from playground.export import FORMS, exported
from playground.format import scaled
from playground.headless.runs import Result, generate, replay, train
from playground.kinds import Choice, ConfigError, Integer, Kind
from playground.lab import LABS
from playground.outcomes import Comparison
from playground.run import Run, RunConfig
from playground.runs import runfile
from playground.runs.replay import TIERS, progress_bar
from playground.runs.sensitivity import Sensitivity, sensitivity
from playground.settings import Setting, renewals
from playground.studies.compare.headless import compare
from playground.studies.many import ENGINES, EPOCHS, TARGET_ACCURACY
from playground.studies.map.config import MapConfig
from playground.studies.map.headless import TrainabilityMap, trainability_map
from playground.studies.variants import SEEDS, vary

NAME = "neural-playground"
PORT = Integer(1, 65535)
WRITTEN = Integer(1, 10_000)  # characters of a text
WRITING = {  # the selections that say how a text is drawn, with their options
    "prompt": ("prompt", "what it begins with (default: the text's own)"),
    "temperature": ("temperature", "what logits are divided by, 0.2 to 10 (default: 1)"),
    "top_k": ("top-k", "only the likeliest tokens, 1 to 50; 0 is all (default: 0)"),
    "top_p": ("top-p", "only the fewest that have this share, 0.1 to 1 (default: 1)"),
    "draw": ("seed", "of the random numbers (default: 0)"),
}
INTERRUPTED = 130  # exit status after Ctrl-C
MAPS: dict[str, type[RunConfig]] = {"mlp": MapConfig}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, 2 for an argument that cannot be used, 130 for an interrupt."""
    parser = command_line()
    options = vars(parser.parse_args(with_command(sys.argv[1:] if arguments is None else arguments)))
    try:
        options["command"](options)
    except (ConfigError, OSError) as error:
        parser.error(str(error))
    return 0


def with_command(arguments: Sequence[str]) -> list[str]:
    """Returns ``arguments``, with the default command ``open`` if they name none."""
    is_given = arguments and (arguments[0] in ("-h", "--help", "--version") or not arguments[0].startswith("-"))
    return [*arguments] if is_given else ["open", *arguments]


class Parser(argparse.ArgumentParser):
    """Accepts only full names of options: an abbreviation may mean another option in the next version."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # argparse calls it for commands too
        found, unknown = super().parse_known_args(args, namespace)
        for name in [each.partition("=")[0] for each in unknown if each.startswith("--")]:
            meant = [known for known in self._option_string_actions if known.startswith(name)]
            self.error(f"there is no option {name}" + (f"; write {' or '.join(meant)} in full" if meant else ""))
        return found, unknown


def _open(options: dict[str, Any]) -> None:
    """Serve the app until it is stopped."""
    from playground.app import serve

    port: Any = _parsed("port", PORT, options["port"])
    given = {
        "server.port": port,
        "server.address": options["address"],
        "server.baseUrlPath": options["base_path"],
        "server.headless": "true" if options["no_browser"] else None,
    }
    serve([f"--{name}={value}" for name, value in given.items() if value is not None])


def _train(options: dict[str, Any]) -> None:
    config: Any = _given(LABS[options["lab"]].config_class, options)
    _tell(lambda: train(config, **_length(options), tier=options["tier"], quiet=options["json"]), options)


def _length(options: dict[str, Any]) -> dict[str, Any]:
    """Returns the length of training in the given unit."""
    if options["steps"] is not None:
        return {"steps": _parsed("steps", runfile.STEP, options["steps"])}
    return {"epochs": _parsed("epochs", EPOCHS, options["epochs"] or "100")}


def _replay(options: dict[str, Any]) -> None:
    run, step = _from_file(options)
    if not options["sensitivity"]:
        _tell(lambda: replay(run, step, quiet=options["json"]), options)
        return
    found = sensitivity(run, step, None if options["json"] else progress_bar(" updates"))
    print(json.dumps(found.to_json()) if options["json"] else _table(found))


def _generate(options: dict[str, Any]) -> None:
    """Print what the network of a run writes, or how it came to that as JSON."""
    run, step = _from_file(options)
    look = LABS[run.lab].look_class
    given = {name: options[name] for name in WRITING if options[name] is not None}
    if not set(WRITING) <= set(look.settings()):
        raise ConfigError(f"generate: {options['file']} is a run of {LABS[run.lab].title}, which writes no text")
    asked, problems = look.from_text(given)
    if problems:
        raise ConfigError("; ".join(str(each).replace("draw:", "seed:") for each in problems))
    count: Any = _parsed("length", WRITTEN, options["length"])
    text = generate(run, step, asked, count=count, quiet=options["json"])
    found: dict[str, Any] = {name: getattr(asked, name) for name in WRITING}
    print(json.dumps({**found, "step": step, "text": text}) if options["json"] else found["prompt"] + text)


def _table(found: Sensitivity) -> str:
    """Returns the differences of two runs by updates, and the conclusion."""
    rows = [f"{updates:>9,}  {scaled(difference)}" for updates, difference in found.apart]
    return "\n".join(["  updates  largest difference of a weight", *rows, str(found)])


def _tell(compute: Callable[[], Result], options: dict[str, Any]) -> None:
    """Compute a run, print its result, and save it if requested."""
    file = options.get("save")
    folder = Path(file or ".").absolute().parent
    if not folder.is_dir():  # reported before training, not after it
        raise ConfigError(f"save: there is no folder {folder}")
    result = compute()
    if file:
        Path(file).write_text(runfile.write(result.run, result.step) + "\n", encoding="utf-8")
    print(json.dumps(result.to_json()) if options["json"] else _summary(result))


def _export(options: dict[str, Any]) -> None:
    """Make a form of the run, and write it to the file, or print it without one."""
    (run, step), to, output = _from_file(options), options["to"], options["output"]
    if output is None and sys.stdout.isatty() and not FORMS[to].is_text:
        raise ConfigError(f"{to} is not text for a terminal; say where it goes: --output run.{FORMS[to].extension}")
    look, problems = LABS[run.lab].look_class.from_text(dict(parse_qsl(options["look"] or "")))
    if problems:
        raise ConfigError("look: " + "; ".join(map(str, problems)))
    content = exported(run, step, to, look=look)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        Path(output).write_bytes(content)


def _compare(options: dict[str, Any]) -> None:
    base: Any = _given(LABS[options["lab"]].config_class, options)
    setting, _, values = options["vary"].partition("=")
    variants = vary(base, setting, values)
    seeds: Any = _parsed("seeds", SEEDS, options["seeds"])
    _sum_up(lambda **common: compare(variants, seeds=seeds, **common), options)


def _map(options: dict[str, Any]) -> None:
    config: Any = _given(MAPS[options["lab"]], options)
    _sum_up(lambda **common: trainability_map(config, **common), options)


def _sum_up(train_all: Callable[..., Comparison | TrainabilityMap], options: dict[str, Any]) -> None:
    """Train many networks with a progress bar, and print the results."""
    from tqdm import tqdm

    epochs: Any = _parsed("epochs", EPOCHS, options["epochs"])
    target: Any = _parsed("target_accuracy", TARGET_ACCURACY, options["target_accuracy"])
    common = {"epochs": epochs, "target_accuracy": target, "tier": options["tier"], "engine": options["engine"]}
    with tqdm(total=epochs, unit=" epochs", file=sys.stderr, disable=options["json"]) as bar:
        told: list[float] = [0]

        def tell(epoch: float) -> None:
            bar.update(epoch - told[-1])
            told.append(epoch)

        found = train_all(**common, progress=tell)
    print(json.dumps(found.to_json()) if options["json"] else found)
    if told[-1] < epochs:
        print(f"Interrupted at epoch {told[-1]:g} of {epochs:g}: this is what was reached.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _from_file(options: dict[str, Any]) -> tuple[Run, int]:
    """Returns the run of the file, and the step to compute it to."""
    run, step, warning = runfile.open_file(Path(options["file"]))
    if warning:
        print(warning, file=sys.stderr)
    return run, step if options["step"] is None else runfile.STEP.parse(options["step"])


def _parsed(name: str, kind: Kind, text: str | None) -> Any:
    try:
        return None if text is None else kind.parse(text)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None


def _given(config_class: type[RunConfig], options: dict[str, Any]) -> RunConfig:
    """Returns the configuration of the options. Unlike a page, the command line refuses invalid ones."""
    given = {name: options[name] for name in config_class.settings() if options.get(name) is not None}
    if "seed" in given:
        given = {**dict.fromkeys(renewals(config_class.settings()), given["seed"]), **given}
    config, problems = config_class.from_text(given)
    if problems:
        raise ConfigError("; ".join(map(str, problems)))
    return config


def _single_labs() -> list[tuple[str, type[RunConfig]]]:
    """Returns the labs with one network per run, with their settings."""
    return [(name, lab.config_class) for name, lab in LABS.items() if lab.config_class.is_single]


def command_line() -> argparse.ArgumentParser:
    is_module = Path(sys.argv[0]).name == "__main__.py"
    parser: argparse.ArgumentParser = Parser(
        prog="python -m playground" if is_module else NAME,
        description="Open the playground in a browser, or train networks without a page.",
        epilog="Without a command it is open: --port 8502 alone is open --port 8502.",
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_open(commands.add_parser("open", help="open the app"))
    telling = [*_add_training(commands), *_add_files(commands), *_add_studies(commands)]
    for command in telling:
        command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _add_training(commands: Any) -> list[argparse.ArgumentParser]:
    """Add ``train``. Returns its commands, one a lab."""
    labs = commands.add_parser("train", help="train one network and print where it came to")
    labs = labs.add_subparsers(dest="lab", required=True)
    found = []
    for lab, config_class in _single_labs():
        command = labs.add_parser(lab, help=(config_class.__doc__ or "").splitlines()[0])
        _add_settings(command, config_class)
        length = command.add_mutually_exclusive_group()
        length.add_argument("--epochs", help="passes over the training data (default: 100)")
        length.add_argument("--steps", help="updates, in place of epochs")
        _add_tier(command)
        command.add_argument("--save", metavar="FILE", help="also write the run to a file, for replay")
        command.set_defaults(command=_train)
        found.append(command)
    return found


def _add_files(commands: Any) -> list[argparse.ArgumentParser]:
    """Add what takes a run's file: ``replay``, ``generate`` and ``export``. Returns the first two, which tell."""
    again = commands.add_parser("replay", help="compute the run of a file again, to the same weights")
    again.add_argument("--sensitivity", action="store_true", help=FORMS["sensitivity"].help)
    again.set_defaults(command=_replay)
    writer = commands.add_parser("generate", help="let the network of a file's run write")
    for name, (option, text) in WRITING.items():
        writer.add_argument(f"--{option}", dest=name, help=text)
    writer.add_argument("--length", help="characters, 1 to 10,000 (default: as many as the page shows)")
    writer.set_defaults(command=_generate)
    export = commands.add_parser("export", help="make something else of the run of a file")
    export.add_argument("--to", required=True, choices=list(FORMS), help="what to make of it")
    export.add_argument("--output", help="the file to write (default: print it)")
    export.add_argument(
        "--look", help="what to look at, for a form that says so: image=-1&drawing= and 256 hexadecimal digits"
    )
    export.set_defaults(command=_export)
    for command in (again, writer, export):
        command.add_argument("file", help="a run file, as written by train --save or by the page")
        command.add_argument("--step", help="the step to stop at (default: where the file's run stands)")
    return [again, writer]


def _add_studies(commands: Any) -> list[argparse.ArgumentParser]:
    """Add ``compare`` and ``map``. Returns their commands, one a lab."""
    found = []
    labs = commands.add_parser("compare", help="train variants with many seeds each and sum up what they reach")
    labs = labs.add_subparsers(dest="lab", required=True)
    for lab, config_class in _single_labs():
        found.append(_add_comparison(labs.add_parser(lab, help="variants of one setting"), config_class))
    labs = commands.add_parser("map", help="train a network for every cell of a grid of two quantities")
    labs = labs.add_subparsers(dest="lab", required=True)
    for lab, config_class in MAPS.items():
        command = labs.add_parser(lab, help=(config_class.__doc__ or "").splitlines()[0])
        _add_settings(command, config_class)
        _add_population(command)
        command.set_defaults(command=_map)
        found.append(command)
    return found


def _add_open(command: argparse.ArgumentParser) -> None:
    """Add the options of ``open``; other settings of Streamlit come from its files and ``STREAMLIT_…`` variables."""
    command.add_argument("--port", help="where it listens (default: 8501, or the next that is free)")
    command.add_argument("--address", help="the network address on which it listens (default: all of this machine's)")
    command.add_argument("--base-path", metavar="PATH", help="what comes first in its addresses, behind a proxy")
    command.add_argument("--no-browser", action="store_true", help="do not open a browser on this machine")
    command.set_defaults(command=_open)


def _add_settings(
    command: argparse.ArgumentParser, config_class: type[RunConfig], without: Sequence[str] = ()
) -> None:
    for name, known in config_class.settings().items():
        if name not in without:
            command.add_argument(f"--{name.replace('_', '-')}", dest=name, help=_help(known, name, config_class))


def _add_comparison(command: argparse.ArgumentParser, config_class: type[RunConfig]) -> argparse.ArgumentParser:
    _add_settings(
        command, config_class, without=[name for name in renewals(config_class.settings()) if name != "seed"]
    )
    text = "what differs: activation=sigmoid,relu or hidden_sizes=4,2/8,8; 2 to 4 values"
    command.add_argument("--vary", required=True, metavar="SETTING=VALUES", help=text)
    text = "networks a variant, 1 to 256; each draws its own data and weights, from --seed on (default: 32)"
    command.add_argument("--seeds", default="32", help=text)
    _add_population(command)
    command.set_defaults(command=_compare)
    return command


def _add_population(command: argparse.ArgumentParser) -> None:
    """Add the options for training many networks."""
    command.add_argument("--epochs", default="100", help="passes over the training data (default: 100)")
    command.add_argument("--target-accuracy", help="a share in [0, 1] of the test points: who reaches it, and when")
    _add_tier(command)
    text = "process: on all cores; ray: on the cluster that $RAY_ADDRESS names (default: inline, in this process)"
    command.add_argument("--engine", default="inline", choices=list(ENGINES), help=text)


def _add_tier(command: argparse.ArgumentParser) -> None:
    text = "how updates are computed; compiled makes machine code first, auto takes it where it pays (default: auto)"
    command.add_argument("--tier", default="auto", choices=TIERS, help=text)


def _help(known: Setting, name: str, config_class: type[RunConfig]) -> str:
    choices = f" One of {', '.join(known.kind.options)}." if isinstance(known.kind, Choice) else ""
    default = known.kind.format(config_class.defaults()[name])
    text = f"{known.label}. {known.help}{choices} (default: {default})"
    return text.replace("%", "%%")


def _summary(result: Result) -> str:
    """Where a run has come to, for people: a line a number, every metric of its lab among them."""
    lines = {
        metric.label: metric.text(result.metrics[metric.name])
        for metric in LABS[result.lab].metrics
        if metric.name in result.metrics
    }
    if result.steps_per_s is not None:
        lines["speed"] = f"{result.steps_per_s:,.0f} updates/s"
    lines["weights"] = f"sha256 {result.parameters_sha256}"
    width = max(map(len, lines)) + 2
    texts = [f"{name:<{width}}{text}" for name, text in lines.items()]
    notice = [result.notice] if result.notice else []
    return "\n".join([f"epoch {result.epoch:g}, step {result.step}", *texts, *notice])


if __name__ == "__main__":
    sys.exit(main())
