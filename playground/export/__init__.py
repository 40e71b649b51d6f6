"""Export of a run. ``FORMS`` lists the forms; a lab's own makers are in its folder.

Every form is made only from the run's value, by training it again if necessary. So the export is the page's run, bit
for bit, from the page, the command line or Python.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from playground.catalog import resolve
from playground.kinds import Choice
from playground.lab import LABS
from playground.run import Run
from playground.runs.replay import Progress, apart, progress_bar
from playground.settings import Settings, renewals


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a run. Its maker is imported when it is used: ``(run, step, progress) -> str | bytes`` if it
    ``trains``, which needs torch and takes as long as the run took; else ``(run, step)``, or ``(run, step, shown)``
    if it ``tells`` which metrics were shown.

    ``make`` names a maker for every lab; with None a lab that has the form names its own. One that ``is_study`` is a
    lab's ``Study``: it has more time, and files do not wait for it. The maker of one that ``looks`` is given what the
    person looks at, the lab's own class of settings, as a fourth argument.
    """

    label: str
    extension: str
    mime: str
    help: str
    make: str | None = None
    trains: bool = True
    tells: bool = False
    is_study: bool = False
    looks: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is human-readable text."""
        return self.mime.startswith("text/") or "json" in self.mime or "xml" in self.mime


FORMS = {
    "script": Form(
        label="Python script",
        extension="py",
        mime="text/x-python",
        help="One file of plain PyTorch that trains the same network to the same losses.",
        trains=False,
        tells=True,
    ),
    "notebook": Form(
        label="Jupyter notebook",
        extension="ipynb",
        mime="application/x-ipynb+json",
        help="The script in cells, with pictures that are drawn while it trains.",
        trains=False,
        tells=True,
    ),
    "run": Form(
        label="Run file",
        extension="json",
        mime="application/json",
        help="The run as a value, to open here again or to replay.",
        make="playground.runs.runfile.write",
        trains=False,
    ),
    "html": Form(
        label="Recording",
        extension="html",
        mime="text/html",
        help="One page that plays the run in any browser, also without a network.",
        make="playground.export.recording.recording",
    ),
    "safetensors": Form(
        label="Weights",
        extension="safetensors",
        mime="application/octet-stream",
        help="Weights and biases as safetensors, under the names of the script's network.",
    ),
    "onnx": Form(
        label="ONNX model",
        extension="onnx",
        mime="application/octet-stream",
        help="The trained network from inputs to answers, to run without PyTorch.",
    ),
    "csv": Form(
        label="Metrics table",
        extension="csv",
        mime="text/csv",
        help="Every measurement at up to 1,000 steps, for a spreadsheet.",
        make="playground.export.table.table",
    ),
    "png": Form(
        label="Picture",
        extension="png",
        mime="image/png",
        help="The network and its boundary as a PNG.",
    ),
    "svg": Form(
        label="Vector picture",
        extension="svg",
        mime="image/svg+xml",
        help="The same picture as an SVG, for slides and print.",
    ),
    "gif": Form(
        label="Animation",
        extension="gif",
        mime="image/gif",
        help="The boundary and the losses as they came about, as a GIF.",
    ),
    "sensitivity": Form(
        label="Sensitivity",
        extension="sensitivity.json",
        mime="application/json",
        help="The run again with one weight moved by 1e-7: how far apart the two end.",
        make="playground.runs.sensitivity.as_json",
    ),
    **{
        name: Form(
            label=study.label,
            extension=f"{name}.json",
            mime="application/json",
            help=study.help,
            is_study=True,
            looks=study.looks,
        )
        for lab in LABS.values()
        for name, study in lab.studies.items()
    },
}


def forms_of(lab: str) -> dict[str, Form]:
    """Returns the forms of a run of ``lab``."""
    own = LABS[lab].forms.keys() | LABS[lab].studies.keys()
    return {name: form for name, form in FORMS.items() if form.make or name in own}


def file_name(run: Run, step: int | None, extension: str) -> str:
    """Returns a name for a file of ``run`` at ``step``, if that is known: ``circle-2-4-2-1-seed-0-step-84.py``."""
    parts = [run.config.title()]
    if seed := next(iter(renewals(run.config.settings())), None):
        parts.append(f"seed {getattr(run.config, seed)}")
    if step is not None:
        parts.append(f"step {step}")
    words = re.findall("[a-z0-9]+", " ".join(parts).lower())
    return f"{'-'.join(words) or 'run'}.{extension}"


def exported(
    run: Run,
    step: int,
    to: str,
    *,
    quiet: bool = False,
    shown: Mapping[str, float | None] | None = None,
    progress: Progress | None = None,
    look: Settings | None = None,
    grow: Callable[[bytes], None] | None = None,
) -> bytes:
    """Returns ``run`` at ``step`` in the form ``to``, one of ``forms_of(run.lab)``, such as script or gif.

    Text is UTF-8. On a CPU the same run gives the same bytes, but for the seconds that a study may measure.

    >>> Path("run.gif").write_bytes(exported(run, 2500, "gif"))

    After a second a progress bar appears, unless ``quiet``, or ``progress`` is called. ``shown`` are the metrics that
    the page shows, which the script and the notebook of a compiled run quote. ``look`` is what the person looks at,
    for a form that ``looks``; by default nothing. ``grow`` is called with what there is so far of a study that grows:
    its maker yields that, again and again, and at last the whole. Raises ConfigError for an unknown form.
    """
    form = FORMS[Choice(forms_of(run.lab)).check(to)]
    lab = LABS[run.lab]
    make = resolve(form.make or (lab.studies[to].make if form.is_study else lab.forms[to]))
    if form.trains:
        with apart():
            more = [look or lab.look_class()] if form.looks else []
            made = make(run, step, progress or (None if quiet else progress_bar(" updates")), *more)
            if isinstance(made, Iterator):
                made = _grown(made, grow)
    elif form.tells:
        made = make(run, step, shown)
    else:
        made = make(run, step)
    return _encoded(made)


def _grown(parts: Iterator[str | bytes], grow: Callable[[bytes], None] | None) -> bytes:
    """Returns the last of the ``parts``, of which each has what the one before had, and more."""
    so_far = b""
    for part in parts:
        so_far = _encoded(part)
        if grow is not None:
            grow(so_far)
    return so_far


def _encoded(made: str | bytes) -> bytes:
    return made.encode() if isinstance(made, str) else bytes(made)
