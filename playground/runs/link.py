"""A run in a link: its settings, edits and step as the parameters of the page's address.

?dataset=spiral&…&edits=310:learning_rate:0.1;502:layers.0.weight[2,1]:0.5&step=1200&torch=2.13.0
"""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from playground.kinds import ConfigError, Number, Text, shown
from playground.lab import LABS
from playground.run import Edit, Run, RunConfig, element
from playground.runs import runfile
from playground.settings import Problem

RUN = ("edits", "step", "torch", "in_batch")
EXERCISE, PRESENT = "exercise", "present"  # what whoever sends a link may add: a task, and the presenter's view
LOCKED, HIDDEN = "lock", "hide"  # and for a class, controls that cannot be changed, or are not seen
NAMES = (*RUN, EXERCISE, PRESENT, LOCKED, HIDDEN)  # a link's parameters other than settings
TASK = Text(160)
# What mail, chat and search programs add to a link for their own use.
TRACKING = re.compile(r"utm_\w+|\w*clk?id|[gw]braid|mc_[ce]id|_g[al]|_hs\w+|mkt_tok|igsh(id)?|ref(_\w+)?|si")
LOSS = Number(0, 3.5e38)  # float32 goes no further
_BATCHED = (
    "Trained in one batch with other networks, this one had a test loss of {loss:.3f} after {step:,} updates. Here "
    "it is trained alone, which adds in another order: last bits differ, and where training is sensitive that grows."
)
MOST_CHARACTERS = 6000  # of an address: servers and mail programs accept that many


def query(run: Run, step: int | None, in_batch: float | None = None, most: int = MOST_CHARACTERS) -> str | None:
    """Returns the query string (after ``?``) that opens ``run`` at ``step``; None where it is longer than ``most``
    characters. With ``step`` None it has no step, which the caller adds.

    ``in_batch`` is the run's test loss at ``step`` when it was trained in one batch with other networks.
    """
    edits = ";".join(f"{edit.step}:{edit.target}:{_text(run.config, edit)}" for edit in run.edits)
    beside = {"edits": edits, "step": str(step), "torch": runfile.torch_version()}
    if step is None:
        del beside["step"]
    if in_batch is not None:
        beside["in_batch"] = LOSS.format(in_batch)
    text = urlencode({**run.config.to_text(), **beside}, safe=":;,[]")
    return text if len(text) <= most else None


class Held(NamedTuple):
    """The controls that a link for a class holds, by the names of their settings: locked ones, and hidden ones. Their
    settings keep the values that the link has."""

    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def to_text(self) -> dict[str, str]:
        """Returns it as parameters of an address, none where nothing is held."""
        return {name: ",".join(names) for name, names in ((LOCKED, self.locked), (HIDDEN, self.hidden)) if names}


def with_task(text: str, task: str = "", presents: bool = False, held: Held | None = None) -> str:
    """Returns the query string ``text`` with a task for whoever opens it, what is held, and the presenter's view."""
    added = (
        ({EXERCISE: task} if task else {})
        | (held.to_text() if held else {})
        | ({PRESENT: "true"} if presents else {})
    )
    return "&".join([text, *filter(None, [urlencode(added, safe=",")])])


def held(text: Mapping[str, str], known: Collection[str]) -> tuple[Held, list[Problem]]:
    """Returns what an address's parameters hold of the controls ``known``, and a problem for each other name."""
    found, problems = [], []
    for part in (LOCKED, HIDDEN):
        names = list(dict.fromkeys(name for name in text.get(part, "").split(",") if name))
        for name in [each for each in names if each not in known]:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(Problem(part, f"{shown(name)} is not a control of this page{hint}"))
        found.append(tuple(name for name in names if name in known))
    return Held(*found), problems


def task(text: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """Returns the task of an address's parameters, empty without one, and the problem with it."""
    try:
        return TASK.parse(" ".join(text.get(EXERCISE, "").split())), []
    except ConfigError as error:
        return "", [Problem("task", f"{error}. The page shows none")]


def read(lab: str, text: Mapping[str, str]) -> tuple[Run, int, list[Problem], str | None]:
    """Returns the run of an address's parameters, its step, the problems, and a warning where last bits may differ.

    An invalid setting gets its default and an unknown name is ignored. Edits and step are left out where an edit is
    invalid, or where a setting was (they belong to another configuration).
    """
    kind = LABS[lab].config_class
    given = {name: value for name, value in text.items() if name not in NAMES and not TRACKING.fullmatch(name)}
    config, problems = kind.from_text(given)
    run, step = Run(config=config), 0
    if not {"edits", "step"} & set(text):
        return run, step, problems, None
    if any(found.name in kind.settings() for found in problems):
        lost = Problem("link", "its changes and its step belong to another configuration, and are left out")
        return run, step, [*problems, lost], None
    try:
        step = runfile.STEP.parse(text.get("step", "0"))
        edits = [_edit(config, part) for part in text.get("edits", "").split(";") if part]
        run = Run(config=config, edits=runfile.checked_edits(config, edits))
        warnings = [runfile.version_warning(text["torch"]) if "torch" in text else None]
        if "in_batch" in text:
            warnings.append(_BATCHED.format(loss=LOSS.parse(text["in_batch"]), step=step))
    except ConfigError as error:
        message = f"{error}. Its changes and its step are left out"
        return Run(config=config), 0, [*problems, Problem("link", message)], None
    return run, step, problems, " ".join(filter(None, warnings)) or None


def known(lab: str, text: object) -> tuple[Run, int] | None:
    """The run and the step of a link's text; None where that is not wholly one of ``lab``, or a run at its start."""
    if not isinstance(text, str):
        return None
    run, step, problems, _ = read(lab, dict(parse_qsl(text, keep_blank_values=True)))
    return None if problems or not (step or run.edits) else (run, step)


def _text(config: RunConfig, edit: Edit) -> str:
    known = config.settings().get(edit.target)
    text = known.kind.format(edit.value) if known else str(edit.value)
    return text.replace("%", "%25").replace(";", "%3B")  # a semicolon is between two edits


def _edit(config: RunConfig, text: str) -> dict[str, object]:
    """Returns one edit in the JSON form of a run file, whose reader checks it."""
    step, target, written = (*text.split(":", 2), "", "")[:3]
    written = written.replace("%3B", ";").replace("%25", "%")
    at = runfile.STEP.parse(step)
    known = config.settings().get(target)
    value: object = written
    if known is not None:
        value = known.kind.parse(written)
    elif element(target):
        value = runfile.PARAMETER.parse(written)
    return {"step": at, "target": target, "value": value}
