"""A run as something to take home. ``FORMS`` lists what there is; most forms are a file of this folder.

Every form is made from the run's value alone, by computing it again where it needs to be trained; so what is taken
home is the page's run to the bit, whoever asks: the page, the command line or Python.
"""

from dataclasses import dataclass

from playground.catalog import resolve
from playground.headless import Progress
from playground.run import Choice, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a run. ``make`` names the function that makes it, imported when it is used:
    ``(run, step, progress) -> str | bytes`` where it ``trains``, which needs torch and takes as long as the run
    took; else ``(run, step)``."""

    label: str
    extension: str
    mime: str
    help: str
    make: str
    trains: bool = True


FORMS = {
    "script": Form(
        label="Python script",
        extension="py",
        mime="text/x-python",
        help="One file of plain PyTorch that trains the same network to the same losses.",
        make="playground.export.script.script",
        trains=False,
    ),
    "run": Form(
        label="Run file",
        extension="json",
        mime="application/json",
        help="The run as a value, to open here again or to replay.",
        make="playground.runfile.write",
        trains=False,
    ),
    "html": Form(
        label="Recording",
        extension="html",
        mime="text/html",
        help="One page that plays the run in any browser, also without a network.",
        make="playground.export.recording.recording",
    ),
}


def exported(run: Run, step: int, to: str, *, progress: Progress | None = None) -> bytes:
    """``run`` at ``step`` in the form ``to``, one of ``FORMS``; text is UTF-8.

    ``progress`` is told how much of the work is done. Raises ConfigError for an unknown form.
    """
    form = FORMS[Choice(FORMS).check(to)]
    make = resolve(form.make)
    made = make(run, step, progress) if form.trains else make(run, step)
    return made.encode() if isinstance(made, str) else bytes(made)
