"""A run in a file: JSON, to keep, to send to somebody, and to compute again.

{"format": "neural-playground-run", "version": 1, "torch": "2.13.0", "lab": "mlp", "step": 1200,
 "config": {"dataset": "spiral", …}, "edits": [{"step": 310, "target": "learning_rate", "value": 0.1}, …]}
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from playground.lab import LABS
from playground.run import Edit, Run, RunConfig, element
from playground.settings import ConfigError, Integer, Number

FORMAT, VERSION = "neural-playground-run", 1
MOST_CHARACTERS = 4_000_000
MOST_EDITS = 20_000
STEP = Integer(0, 10**12)
PARAMETER = Number(-1000, 1000)
TIERS = ("compiled",)


def write(run: Run, step: int) -> str:
    """``run`` at ``step`` as the text of a run file."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "torch": torch_version(),
        "lab": run.lab,
        "step": step,
        "config": run.config.to_json(),
        "edits": [{"step": edit.step, "target": edit.target, "value": edit.value} for edit in run.edits],
    }
    return json.dumps(content, indent=1)


def read(text: str) -> tuple[Run, int, str | None]:
    """The run of a run file, its step, and a warning where another torch may give other last bits.

    Raises ConfigError, naming what cannot be used, for everything that ``write`` would not have written.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"a run file has at most {MOST_CHARACTERS:,} characters, not {len(text):,}")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError("this is not a run file: it is not JSON") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ConfigError(f"this is not a run file: its format is not {FORMAT!r}")
    if content.get("version") != VERSION:
        raise ConfigError(f"version: {_short(content.get('version'))} is not {VERSION}, which this playground reads")
    lab = content.get("lab")
    labs = [name for name, lab in LABS.items() if lab.config_class.is_single]
    if lab not in labs:
        raise ConfigError(f"lab: {_short(lab)} is not one of {', '.join(labs)}")
    config = _config(LABS[lab].config_class, content.get("config"))
    edits = checked_edits(config, content.get("edits"))
    step = _named("step", lambda: STEP.check(content.get("step")))
    return Run(config=config, edits=edits), step, version_warning(content.get("torch"))


def version_warning(made: Any) -> str | None:
    """What to tell where a run was ``made`` with another torch than this one."""
    here = torch_version()
    other = f"It was made with torch {_short(made)}; this is {here}: the last bits of its numbers may differ."
    return None if made == here else other


def torch_version() -> str:
    """The version of the installed torch, without importing it."""
    try:
        return version("torch").partition("+")[0]
    except PackageNotFoundError:
        return "none"


def _config(kind: type[RunConfig], values: Any) -> RunConfig:
    if not isinstance(values, dict):
        raise ConfigError("config: it is not an object")
    unknown = set(values) - set(kind.settings())
    if unknown:
        raise ConfigError(f"config: there is no setting {_short(min(unknown, key=str))}")
    return kind(**values)


def checked_edits(config: RunConfig, found: Any) -> tuple[Edit, ...]:
    """Edits of a run of ``config`` from their JSON. Raises ConfigError, naming the first that cannot be one."""
    if not isinstance(found, list) or len(found) > MOST_EDITS:
        raise ConfigError(f"edits: it is not a list of at most {MOST_EDITS:,} edits")
    edits: list[Edit] = []
    for index, one in enumerate(found):
        edit, config = _named(f"edits[{index}]", lambda config=config, one=one: _edit(config, one))
        if edits and edit.step < edits[-1].step:
            raise ConfigError(f"edits[{index}]: step {edit.step} comes after step {edits[-1].step}")
        edits.append(edit)
    return tuple(edits)


def _edit(config: RunConfig, found: Any) -> tuple[Edit, RunConfig]:
    """An edit of a run that has ``config`` now, and what it has then."""
    if not isinstance(found, Mapping) or set(found) != {"step", "target", "value"}:
        raise ConfigError("an edit has a step, a target and a value")
    target, value = found["target"], found["value"]
    known = config.settings()
    if target in known and known[target].live:
        value = known[target].kind.check(value)
        config = replace(config, **{target: value})
    elif target == "tier" and value in TIERS:
        pass
    elif _is_element(target, config.shapes()):
        value = PARAMETER.check(value)
    else:
        raise ConfigError(f"{_short(target)} cannot be set to {_short(value)} during a run")
    return Edit(step=STEP.check(found["step"]), target=target, value=value), config


def _is_element(target: Any, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether ``target`` is one number of a parameter, such as ``layers.0.weight[2,1]``."""
    name, index = element(target) or ("", ())
    shape = shapes.get(name, ())
    return len(index) == len(shape) > 0 and all(i < n for i, n in zip(index, shape, strict=True))


def _named(name: str, check: Any) -> Any:
    try:
        return check()
    except (ConfigError, TypeError) as error:
        raise ConfigError(f"{name}: {error}") from None


def _short(value: Any) -> str:
    return repr(value)[:60]
