"""Calls of a worker, suspended after about a slice: see ``training/turns.py``."""

from functools import partial
from typing import Any

from playground.engine import GO_ON, Again
from playground.engine.worker import SLICE_S, Worker
from playground.training.turns import Turn


class Turns:
    """Calls of ``worker``, at most one at a time for each run. Not thread-safe."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._standing: dict[str, Turn] = {}  # by run
        self._idle: list[Turn] = []

    def call(self, verb: str, *arguments: Any) -> Any:
        """Returns the answer of a verb, or ``Again`` if it is suspended: call ``go_on`` with the run's id next."""
        if verb == GO_ON:
            return self._answer(self._standing.pop(arguments[0]), arguments)
        if verb == "close" and (turn := self._standing.pop(arguments[0], None)) is not None:
            turn.end()
            self._idle.append(turn)
        if verb == "states":  # a suspended run has no consistent state
            return self._worker.states(but=self._standing)
        if not arguments:
            return getattr(self._worker, verb)()
        turn = self._idle.pop() if self._idle else Turn(SLICE_S)
        return self._answer(turn, arguments, partial(getattr(self._worker, verb), *arguments))

    def _answer(self, turn: Turn, arguments: tuple[Any, ...], *call: Any) -> Any:
        is_done = True
        try:
            is_done, answer = turn.go_on(*call)
        finally:
            if is_done:
                self._idle.append(turn)
        if is_done:
            return answer
        self._standing[arguments[0]] = turn
        return Again(GO_ON, arguments[:1])
