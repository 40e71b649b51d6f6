"""A run as a JSON file.

{"format": "neural-playground-run", "version": 1, "torch": "2.13.0", "lab": …, "step": 1200,
 "config": {…}, "edits": [{"step": 310, "target": "learning_rate", "value": 0.1}, …]}

A run with files of its own, such as a person's images, carries them: "files": {name: base64 of their zlib stream}.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from playground.data import files
from playground.kinds import ConfigError, Integer, Number, shown
from playground.lab import LABS
from playground.run import Edit, Run, RunConfig

FORMAT, VERSION = "neural-playground-run", 1
MOST_CHARACTERS = 4_000_000
MOST_BYTES = 2 * MOST_CHARACTERS + 2  # in UTF-16, which redirection in Windows' shell writes
MOST_EDITS = 20_000
MOST_CARRIED = 2_800_000  # characters of a run's files
STEP = Integer(0, 10**10)  # about a day of a small network's compiled loop
PARAMETER = Number(-1000, 1000)
TIERS = ("compiled",)


def write(run: Run, step: int, carries: bool = True) -> str:
    """Returns ``run`` at ``step`` as the text of a run file. It ``carries`` the run's own files, or only names them
    where they are too large."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "torch": torch_version(),
        "lab": run.lab,
        "step": step,
        "config": run.config.to_json(),
        "edits": [{"step": edit.step, "target": edit.target, "value": edit.value} for edit in run.edits],
    }
    carried = _carried(run.config) if carries else {}
    return json.dumps({**content, "files": carried} if carried else content, indent=1)


def can_carry(config: RunConfig) -> bool:
    """Whether a run file holds all of a run."""
    return len(_carried(config)) == len(config.files())


def _carried(config: RunConfig) -> dict[str, str]:
    """The files of a run by their names; none where they are too large."""
    found = {name: content for name in config.files() if (content := files.get(name)) is not None}
    texts = {name: base64.b64encode(zlib.compress(content)).decode() for name, content in found.items()}
    return texts if sum(map(len, texts.values())) <= MOST_CARRIED else {}


def _keep_files(found: Any) -> None:
    """Keep what a run file carries. Raises ConfigError for what is not what its name says."""
    if not isinstance(found, dict) or len(found) > 1:
        raise ConfigError("files: they are not an object of at most one file")
    for name, text in found.items():
        try:
            content = files.unpacked(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, TypeError):
            content = None
        if content is None or files.name_of(content) != name:
            raise ConfigError(f"files: {shown(name)} is damaged")
        files.put(content)


def open_file(path: Path) -> tuple[Run, int, str | None]:
    """``read`` for the file at ``path``; reads at most ``MOST_BYTES`` + 1 bytes of it."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        return read(content)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def read(content: str | bytes) -> tuple[Run, int, str | None]:
    """Returns the run of a run file, its step, and a warning where another torch may give other last bits.

    ``content`` is its text, or its bytes in any of the encodings of JSON, with or without a byte-order mark.
    Raises ConfigError, which names the invalid part, for anything that ``write`` would not have written.
    """
    found = _parsed(content)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ConfigError(f"this is not a run file: its format is not {FORMAT!r}")
    if found.get("version") != VERSION:
        raise ConfigError(f"version: {shown(found.get('version'))} is not {VERSION}, which this playground reads")
    lab = found.get("lab")
    labs = [name for name, lab in LABS.items() if lab.config_class.is_single]
    if lab not in labs:
        raise ConfigError(f"lab: {shown(lab)} is not one of {', '.join(labs)}")
    _keep_files(found.get("files", {}))
    config = _config(LABS[lab].config_class, found.get("config"))
    edits = checked_edits(config, found.get("edits"))
    step = _named("step", lambda: STEP.check(found.get("step")))
    return Run(config=config, edits=edits), step, version_warning(found.get("torch"))


def version_warning(made: Any) -> str | None:
    """Returns a warning where a run was ``made`` with another version of torch, else None."""
    here = torch_version()
    other = f"It was made with torch {shown(made)}; this is {here}: the last bits of its numbers may differ."
    return None if made == here else other


def torch_version() -> str:
    """Returns the version of the installed torch, without importing it."""
    try:
        return version("torch").partition("+")[0]
    except PackageNotFoundError:
        return "none"


def _parsed(content: str | bytes) -> Any:
    """Returns the value of a JSON text. Raises ConfigError where it is too long or not JSON."""
    if isinstance(content, bytes):
        if len(content) > MOST_BYTES:
            raise ConfigError(f"a run file has at most {MOST_BYTES:,} bytes")
        content = content.decode(json.detect_encoding(content), errors="replace")
    if len(content) > MOST_CHARACTERS:
        raise ConfigError(f"a run file has at most {MOST_CHARACTERS:,} characters, not {len(content):,}")
    try:
        return json.loads(content.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise ConfigError("this is not a run file: it is not JSON") from None


def _config(kind: type[RunConfig], values: Any) -> RunConfig:
    if not isinstance(values, dict):
        raise ConfigError("config: it is not an object")
    unknown = set(values) - set(kind.settings())
    if unknown:
        raise ConfigError(f"config: there is no setting {shown(min(unknown, key=str))}")
    return kind(**values)


def checked_edits(config: RunConfig, found: Any) -> tuple[Edit, ...]:
    """Returns the edits of a run of ``config`` from their JSON. Raises ConfigError, naming the first invalid one."""
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
    """Returns an edit of a run that has ``config``, and the configuration after that edit."""
    if not isinstance(found, Mapping) or set(found) != {"step", "target", "value"}:
        raise ConfigError("an edit has a step, a target and a value")
    target, value = found["target"], found["value"]
    known = config.settings()
    if not isinstance(target, str):
        raise ConfigError(f"target: {shown(target)} is not a name")
    if target in known and known[target].can_change:
        value = known[target].kind.check(value)
        config = config.after(target, value)
    elif target == "tier" and value in TIERS:
        pass
    elif config.has_element(target):
        value = PARAMETER.check(value)
    else:
        raise ConfigError(f"{shown(target)} cannot be set to {shown(value)} during a run")
    return Edit(step=STEP.check(found["step"]), target=target, value=value), config


def _named(name: str, check: Any) -> Any:
    try:
        return check()
    except (ConfigError, TypeError) as error:
        raise ConfigError(f"{name}: {error}") from None
