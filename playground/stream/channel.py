"""The channel between one page and its run: it carries out commands and produces frames.

Training is pulled: the run trains only when the next frame is requested. The page script changes the configuration
from its own thread; the socket (or the polling page) sends commands and requests frames.
"""

import asyncio
import contextlib
import math
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from playground.engine import Engine, Making
from playground.kinds import ConfigError, shown
from playground.lab import FIRST, LABS
from playground.run import Run, RunConfig, Snapshot, View
from playground.runs import link
from playground.runs.frame import pack
from playground.runs.store import Store
from playground.settings import Problem, Settings, redraws
from playground.stream import commands
from playground.stream.connection import Connection
from playground.stream.controls import Controls
from playground.stream.course import Course, Goal
from playground.stream.keeper import Keeper
from playground.stream.limits import Limits
from playground.stream.line import Line

T = TypeVar("T")

SPARE_FRAMES = 1  # of those allowed at once, for the next change, which then need not wait
HOLD_S = 3.0  # least time that a picture keeps its own choice of content
ANSWER_S = 60.0  # longest wait for a worker (a rebuild may take seconds)
BUSY_S = 3.0  # wait for a worker after which the page says so
BUSY = "The server is busy: this page waits for its turn, and goes on by itself."


async def _tell_nobody(text: str) -> None:
    """Does nothing."""


class ComputedRun(NamedTuple):
    """A run computed up to ``step`` before, and its id in the store."""

    run: Run
    step: int
    kept_id: str | None


class Channel:
    """Holds one run in ``engine`` and turns it into frames. Thread-safe."""

    def __init__(
        self, engine: Engine, limits: Limits, line: Line, store: Store | None = None, lab: str = FIRST
    ) -> None:
        self._engine, self._limits, self._line = engine, limits, line
        self.keeper = Keeper(store, engine)
        self._lab = lab
        self._lock = threading.RLock()
        self.run_id = ""
        self.config: RunConfig = LABS[lab].config_class()  # the run's at the shown step
        self.controls = Controls(self.config)
        self.playing = False
        self.last_seen = self.touched_at = time.monotonic()
        self._connection: Connection | None = None
        self._view = View()
        self._dirty, self._scene_due = True, True
        self._drawn: tuple[str, int] | None = None  # the run and its changes that the page's scene shows
        self._course = Course(LABS[lab].scored, limits.frames_per_s)
        self._last: Snapshot | None = None
        self._chosen_at = 0.0
        self._notice: str | None = None  # why the server has paused the training
        self._changes = self._asked = 0  # edits by the user: in all, and when the pending frame was requested
        self._was_in_past = False
        self._is_opened = False  # from a link, a file or the list of runs
        self._former: ComputedRun | None = None  # the future that an edit in the past has discarded
        self._linked: Run | None = None  # the run whose link the page has
        self._is_recalled = False
        self._is_unmet = True  # no socket has connected yet
        self._last_frame = b""
        self._making = set[Making]()  # what the page waits for

    # Commands of the page

    def configure(self, config: RunConfig, keeps: bool = False) -> None:
        """Apply the page's configuration: live settings edit the run, any other starts a new one, paused; with
        ``keeps`` so do only those with which no run can go on.

        Raises ConfigError where the machine cannot run it, or the limits forbid it.
        """
        for problem in self._limits.problems(config):
            raise ConfigError(str(problem))
        with self._lock:
            self.last_seen, self.touched_at = math.inf, time.monotonic()  # not away while it waits
            # Only the page's own changes: the run may be at a step that its controls do not show yet.
            changed = self.controls.ask(config)
            config = self.controls.shown
            edits = self._edits(changed, keeps) if self.run_id else None
            if edits is None:
                answers: list[Future[Any]] = [self._start(config.following(self.config) if self.run_id else config)]
            else:
                future = self._future()
                answers = [self._apply(*change, future) for change in edits.items()]
                if edits:
                    self.wake()  # at once: the next frame, requested after the edit, shows it
        try:
            for answer in answers:  # outside the lock, so that frames continue
                with contextlib.suppress(TimeoutError):  # the next frame, or a message that it waits, will follow
                    answer.result(BUSY_S)
        finally:
            self.last_seen = time.monotonic()

    def _edits(self, changed: Mapping[str, Any], keeps: bool) -> dict[str, Any] | None:
        """Take settings ``changed`` on the page into the configuration. Returns the edits of the run that make them,
        in order; None where they need a new run."""
        known, config, edits = self.config.settings(), self.config, dict[str, Any]()
        is_new = self._last is not None and self._last.step == 0 and not self._engine.run(self.run_id).edits
        starts = is_new and any(known[name].bulky or not known[name].live for name in changed if name in known)
        may = {name for name, each in known.items() if each.live or (keeps and each.goes_on)}
        if starts or not may.issuperset(changed):
            return None
        for name, value in changed.items():
            if getattr(config, name) == value:
                continue
            try:
                config, edits[name] = config.after(name, value), value
            except ConfigError:  # it does not fit what is still to change
                return None
        if any(getattr(config, name) != value for name, value in changed.items()):
            return None
        self.config = config
        self._scene_due |= redraws(known, edits)
        return edits

    def open(self, run: Run, step: int, kept_id: str | None = None) -> None:
        """Show ``run`` and compute it again from its start to ``step``, showing frames meanwhile.

        ``kept_id`` is its id in the store, if it has one. Raises ConfigError where the machine cannot run it, or the
        limits forbid it; the current run then stays.
        """
        for problem in self._problems(run):
            raise ConfigError(str(problem))
        run_id = secrets.token_hex(6)
        try:
            _answered(self._engine.open(run_id, run, 0))
        except ConfigError:
            self._engine.close(run_id)
            raise
        with self._lock:
            self.last_seen = self.touched_at = time.monotonic()
            self._switch(run_id, run.config, ComputedRun(run, step, kept_id))
            self.controls.shown, self._is_opened = run.config, True

    def _problems(self, run: Run) -> list[Problem]:
        """Returns the limits that a run exceeds, at its start or by what it became."""
        return [problem for config in run.configs() for problem in self._limits.problems(config)]

    def handle(self, message: Mapping[str, Any]) -> Future[Any] | None:
        """Carry out one command of the stage. Raises ConfigError for an invalid one.

        Returns a future for ``set``, which fails where the edit is refused.
        """
        verb = message.get("type")
        with self._lock:
            self.last_seen = self.touched_at = time.monotonic()
            self._notice = None
            if verb in ("play", "pause"):
                self._course.goal = None
                self._play(verb == "play")
                self._course.begin(self._step)
            elif verb == "step":
                self._course.go_ahead(message, self.config, self._last)
                self._play(False)
            elif verb == "seek":
                self._course.goal = Goal(commands.step(message), is_known=True)
                self._play(False)
            elif verb == "return":
                self._return()
            elif verb == "reset":
                self._start(self.config)
            elif verb == "speed":
                self._course.pace.choose(message.get("updates_per_s"))
                self._course.pace.restart(self._step)  # a plateau stays one at any speed
            elif verb == "visitor":
                self.keeper.introduce(message.get("secret"), message.get("returning"))
            elif verb == "view":
                self._view = View(look=commands.look(message, LABS[self._lab].look_class))
            elif verb == "setting":
                self._change(*commands.setting(message, self.config))
            elif verb == "set":
                return self._apply(commands.target(message, self.config), message.get("value"), self._future())
            else:
                raise ConfigError(f"there is no command {shown(verb)}")
            self.wake()
        return None

    def _change(self, name: str, text: str) -> None:
        """Change a live setting before the page script does. Ignores invalid values, which the page reports."""
        known = self.config.settings()
        try:
            changed = {name: known[name].kind.parse(text)}
            config = replace(self.config, **changed)
        except ConfigError:
            return
        if config == self.config or name in config.varying or self._limits.problems(config):
            return
        self._apply(name, changed[name], self._future())
        self.config = config
        self._scene_due |= redraws(known, changed)
        self.controls.expect(name, changed[name])

    def adopt(self, other: "Channel") -> bool:
        """After a reload: continue the run of the page's former channel, if it has the same configuration."""
        with self._lock, other._lock:
            if not other.run_id or other.connected or other.config != self.config or self._is_opened:
                return False
            self._engine.close(self.run_id)
            self.run_id, other.run_id = other.run_id, ""
            self.controls = other.controls
            self._last, self._is_opened, self.keeper = other._last, other._is_opened, other.keeper
            self._scene_due = True
            self.wake()
            return True

    def recall(self, text: object) -> None:
        """Reopen a run that the server has lost; ``text`` is the link kept by the page. The run is computed again,
        with frames meanwhile, unless the page has another run by now."""
        found = link.known(self._lab, text)
        if found is None or self._problems(found[0]):
            return
        run, step = found
        known = run.config.settings()
        with self._lock:
            is_same = type(run.config) is type(self.config) and all(
                name in known and known[name].can_change for name in run.config.changed(self.config)
            )
            if is_same and self._is_unmet and self.run_id and not self._is_opened:
                self._start(run.config, ComputedRun(run, step, None))
                self._is_recalled = True

    @property
    def _step(self) -> int:
        """The step of the last snapshot."""
        return self._last.step if self._last else 0

    @property
    def connected(self) -> bool:
        return self._connection is not None

    def connect(self) -> Connection:
        """Register a socket in place of an earlier one. Its first frame includes the scene."""
        with self._lock:
            if self._connection is not None:
                self._connection.replaced.set()
            self._connection, self._linked = Connection(self._limits.frames_per_s), None
            self._is_unmet = False
            self._scene_due = True
            self._play(self.playing)
            self.wake()
            return self._connection

    def disconnect(self, connection: Connection) -> None:
        with self._lock:
            if self._connection is connection:
                self._connection = None
                self._line.leave(self)  # training stops, but ``playing`` stays for when the page returns
                self.last_seen = time.monotonic()

    def close(self) -> None:
        with self._lock:
            self.keep()
            if self.run_id:
                self._engine.close(self.run_id)
            self.run_id = ""
            self._play(False)
            making = [*self._making]
        for made in making:  # nobody is left who waits for it
            made.stop()

    def keep(self) -> Future[Any] | None:
        """Store the run at its current step, without waiting. The future is done when the run may be closed."""
        with self._lock:
            if self._course.until is not None or self._last is None or self._last.run_id != self.run_id:
                return None
            return self.keeper.keep(self.run_id, self._engine.run(self.run_id), self._last)

    def end_turn(self) -> None:
        """Pause if the page has not been used for long, to free its place for the next in line."""
        with self._lock:
            if self.playing and time.monotonic() - self.touched_at > self._limits.turn_s:
                self._play(False)
                self._notice = (
                    f"Paused: nobody has touched this page for {self._limits.turn_s} seconds, and others wait to "
                    "train. Press Play to join the line."
                )
                self.wake()

    def wake(self) -> None:
        """Request a new frame. May be called from any thread; never waits."""
        self._dirty = True
        connection = self._connection
        if connection is not None:
            connection.wake()

    def inspect(self, *panels: str, look: Settings | None = None) -> Snapshot:
        """Returns panels that are not streamed, such as ``curves`` and ``weights``; ``look`` says of what."""
        self.last_seen = time.monotonic()
        view = View(panels=frozenset(panels), look=look)
        return _answered(self._engine.observe(self.run_id, view))

    def export(self, run: Run, step: int, form: str) -> Making:
        """Have ``run`` at ``step`` made as a ``form`` of what the person looks at; it ends with this channel."""
        made = self._engine.export(run, step, form, self.look)
        self._making.add(made)
        made.add_done_callback(self._making.discard)
        return made

    def value(self) -> tuple[Run, int]:
        """Returns the run as a value, and the step of the last snapshot."""
        return self.seen()[:2]

    @property
    def look(self) -> Settings | None:
        """What the person looks at, in the lab's own class of settings; None until the stage has said it."""
        return self._view.look

    def seen(self) -> tuple[Run, int, Mapping[str, float | None]]:
        """Returns ``value`` and the last snapshot's metrics; none before the first frame."""
        with self._lock:
            last = self._last
            return self._engine.run(self.run_id), last.step if last else 0, last.metrics if last else {}

    # Frames

    async def next_frame(
        self, connection: Connection, tell: Callable[[str], Awaitable[None]] = _tell_nobody
    ) -> bytes:
        """Returns the next frame, once one is due and the connection has room for it. Calls ``tell`` with ``BUSY``
        where it takes long."""
        while True:
            connection.news.clear()
            delay = None if connection.window.is_full(self._dirty) else self._delay()
            if delay is not None:
                delay = max(delay, connection.rate.wait_s(0 if self._dirty else SPARE_FRAMES))
            if delay == 0:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(connection.news.wait(), delay)
        connection.rate.count()
        while True:
            run_id = self.run_id
            try:
                asked = asyncio.wrap_future(self._request())
                if not (await asyncio.wait([asked], timeout=BUSY_S))[0]:
                    await tell(BUSY)
                snapshot = await asked
                if self._lacks_scene(snapshot):
                    continue
                frame = self._packed(snapshot)
            except KeyError:  # a new run has replaced it meanwhile
                if run_id == self.run_id:
                    raise
            else:
                connection.window.sent()
                return frame

    def first_frame(self) -> bytes | None:
        """Returns the run's first frame, for a page without a socket yet; None where one was made before, or where
        it takes longer than ``BUSY_S``."""
        with self._lock:
            if self._last is not None or self._connection is not None:
                return None
            self._scene_due = True
            asked = self._request()
        try:
            self._last_frame = self._packed(asked.result(BUSY_S))  # kept for a page that polls
        except TimeoutError:
            return None
        return self._last_frame

    def poll(self) -> bytes:
        """Returns a new frame if one is due, else the last one; always with the scene, since a polling page may have
        been redrawn."""
        self.last_seen = time.monotonic()
        if self._delay() == 0:
            while True:
                self._scene_due = True
                snapshot = _answered(self._request())
                if not self._lacks_scene(snapshot):
                    break
            self._last_frame = self._packed(snapshot)
        return self._last_frame

    def _delay(self) -> float | None:
        """Returns the seconds until a frame is due; None while nothing changes by itself."""
        with self._lock:
            if not self.run_id:
                return None
            if self._dirty or self._scene_due or self._course.goal:
                return 0.0
            return self._course.delay() if self._may_train() else None

    def _lacks_scene(self, snapshot: Snapshot) -> bool:
        """Whether the run has passed a change of its scene, as of its layers, that the page has not seen: its frame
        would not fit the page's picture. The next one then comes with the scene."""
        with self._lock:
            if snapshot.run_id != self.run_id:
                return False
            is_other = (snapshot.run_id, snapshot.info["drawn"]) != self._drawn and "scene" not in snapshot.info
            self._scene_due |= is_other
            return is_other

    def _panels(self) -> frozenset[str]:
        """Returns what the next frame shows: a trained picture is as sharp as the line allows, and finer still where
        it stands still."""
        is_narrow = self._connection is not None and self._connection.window.is_narrow
        is_trained = self._last is not None and self._last.step > 0
        is_sharp = is_trained and not is_narrow
        wanted = {"stage": True, "scene": self._scene_due, "sharp": is_sharp, "fine": is_sharp and not self.playing}
        return frozenset(name for name, is_wanted in wanted.items() if is_wanted)

    def _request(self) -> Future[Snapshot]:
        """Ask the engine for the next slice of training. Returns its snapshot."""
        with self._lock:
            view = replace(self._view, panels=self._panels(), held=self._held())
            is_awaited, self._dirty, self._scene_due = self._dirty, False, False
            self._asked = self._changes
            if self._last is None:  # a new run: first its picture, then the warm-up
                first = self._engine.observe(self.run_id, view)
                self._engine.prepare(self.run_id)
                return first
            return self._course.request(self._engine, self.run_id, view, self._may_train(), is_awaited)

    def _held(self) -> Any:
        """Returns the picture's last choice of content for ``HOLD_S``, then None: a choice that changed with every
        frame would be unreadable."""
        now = time.monotonic()
        if self._last is None or now - self._chosen_at > HOLD_S:
            self._chosen_at = now
            return None
        return self._last.info.get("held")

    def _packed(self, snapshot: Snapshot) -> bytes:
        with self._lock:
            is_ours = snapshot.run_id == self.run_id  # else the run was replaced while its frame was on the way
            if is_ours:
                self._last = snapshot
                self._rest(snapshot)
            if "scene" in snapshot.info:
                self._drawn = snapshot.run_id, snapshot.info["drawn"]
            has_arrived = self._course.is_there(snapshot)
            if is_ours and (snapshot.notice is not None or has_arrived):
                if self._is_recalled and has_arrived:
                    self._notice = f"{self._why_recalled()} It is open again, at step {snapshot.step:,}."
                self._play(False)
                self._scene_due |= has_arrived  # includes the whole curve
            if is_ours and self._course.goal is not None and self._course.goal.is_met(snapshot):
                self._course.goal = None
            self._follow_run(snapshot)
            if "ready" in snapshot.info and is_ours and self.playing and self._course.until is None:
                # Switching to a faster loop is an edit of the run. A second request is refused.
                self._engine.apply(self.run_id, "tier", snapshot.info["ready"])
            header = {
                "run": snapshot.run_id,
                "step": snapshot.step,
                "epoch": snapshot.epoch,
                "state": "playing" if self.playing or self._course.goal else "paused",
                "metrics": snapshot.metrics,
                "measured_at": snapshot.measured_at,
                "updates_per_s": self._course.pace.measured(snapshot.step) if self._may_train() else None,
                "former": self._former and self._former.step,
                "controls": self.controls.take(),
                "notice": snapshot.notice or self._notice or self._waiting() or self._progress(snapshot),
                **(self._link(snapshot) if is_ours else {}),
                **snapshot.info,
            }
            is_narrow = self._connection is not None and self._connection.window.is_narrow
            coarse = is_narrow and self.playing  # a paused picture is sent in full
        return pack(header, snapshot.arrays, coarse=coarse)

    def _rest(self, snapshot: Snapshot) -> None:
        """Pause where there is nothing more to see: the server is for who looks at something."""
        said = self._course.rest(snapshot) if self._may_train() else None
        if said is not None:
            self._play(False)
            self._notice = said

    def _link(self, snapshot: Snapshot) -> dict[str, str | None]:
        """Returns the run's link without its step, if it has changed: a page can reopen the run after the server has
        lost it."""
        run = self._engine.run(self.run_id)
        if run is self._linked and "scene" not in snapshot.info:
            return {}
        self._linked = run
        return {"link": link.query(run, None, most=self._limits.message_chars // 2)}

    def _why_recalled(self) -> str:
        return (
            f"The server had let go of this run: the page was away for more than {self._limits.away_s} seconds, or "
            "the server has been started anew."
        )

    def _future(self) -> ComputedRun | None:
        """Returns the whole run if there are steps after the shown one, else None."""
        last = self._last
        if last is None or last.run_id != self.run_id or last.step == last.info["furthest"]:
            return None
        return self._whole(last)

    def _whole(self, last: Snapshot) -> ComputedRun:
        """Returns the run up to its furthest step."""
        return ComputedRun(self._engine.run(self.run_id), last.info["furthest"], self.keeper.kept_id)

    def _apply(self, target: str, value: Any, future: ComputedRun | None) -> Future[Any]:
        """Edit the run. This discards its ``future``, which is kept for ``return``."""
        self._changes += 1
        self._course.change(self._step)

        def done(applied: Future[Any]) -> None:
            if applied.exception() is not None:
                return
            if future is not None:
                self._former = future
                self.keeper.begin()
            self.wake()

        answer = self._engine.apply(self.run_id, target, value)
        answer.add_done_callback(done)
        return answer

    def _return(self) -> None:
        """Go to the end of the discarded future; the current one can then be returned to."""
        if self._former is None or self._last is None:
            raise ConfigError("return: there is no other future to go back to")
        left = self._whole(self._last)
        self._start(self._former.run.config, self._former)
        self._former = left

    def _follow_run(self, snapshot: Snapshot) -> None:
        """In the run's past, and on leaving it, set the page's controls to the run's settings at the shown step."""
        if self._course.until is not None:
            return
        if self._asked != self._changes or snapshot.run_id != self.run_id:
            return
        run = self._engine.run(self.run_id)
        in_past = snapshot.step < snapshot.info["furthest"] or snapshot.info["edits"] < len(run.edits)
        if not (in_past or self._was_in_past):
            return
        self._was_in_past = in_past
        config = run.config_after(snapshot.info["edits"])
        self.config = config
        self.controls.follow(config)

    def _start(self, config: RunConfig, known: ComputedRun | None = None) -> Future[None]:
        """Replace the current run by a new one, or by a ``known`` one, which is computed again to its step."""
        run_id = secrets.token_hex(6)
        run = known.run if known else Run(config=config)
        opened = self._engine.open(run_id, run, 0)
        self._switch(run_id, config, known)
        return opened

    def _switch(self, run_id: str, config: RunConfig, known: ComputedRun | None) -> None:
        """Replace the current run by the one opened as ``run_id``."""
        self.keep()
        if known:
            self.keeper.begin(known.kept_id, known.step, len(known.run.edits))
        else:
            self.keeper.begin()
        if self.run_id:
            self._engine.close(self.run_id)
        self.run_id, self.config = run_id, config
        self._former, self._was_in_past = None, known is not None
        self.controls.forget()
        self._is_opened = self._is_recalled = False
        self._course.until = None
        self._play(known is not None and known.step > 0)
        self._course.until = (known and known.step) or None
        self._course.goal = self._last = None
        self._scene_due = True
        self.wake()

    def _play(self, playing: bool) -> None:
        """Start training, or wait in line for a place; or stop, and free the place."""
        has_stopped, self.playing = self.playing and not playing, playing
        if has_stopped:
            self._stopped()
        if playing:
            self._line.join(self)
        else:
            self._line.leave(self)

    def _stopped(self) -> None:
        """Store the run. One that has not been computed again in full is stored as a new run."""
        until = self._course.until
        if until is not None and (self._last is None or self._last.step < until):
            self.keeper.begin()
        self._course.until = None
        self.keep()

    def _may_train(self) -> bool:
        return self.playing and not self._line.number(self)

    def _waiting(self) -> str | None:
        number = self._line.number(self)
        if not number:
            return None
        return (
            f"All {self._line.places} places to train on this server are taken. You are number {number} in line, and "
            "training starts by itself when it is your turn. Look around meanwhile, change things, go step by step."
        )

    def _progress(self, snapshot: Snapshot) -> str | None:
        """Returns the progress on the way to a step; else the run's warning, if any."""
        said = self._course.progress(snapshot) if snapshot.run_id == self.run_id else None
        if said is None:
            warning: str | None = snapshot.info["warning"]
            return warning
        return f"{self._why_recalled()} {said}" if self._is_recalled and self._course.goal is None else said


def _answered(future: Future[T]) -> T:
    """Returns a worker's answer. Raises ConfigError after ``ANSWER_S`` without one."""
    try:
        return future.result(ANSWER_S)
    except TimeoutError:
        message = f"the server is busy: it has not answered for {ANSWER_S:.0f} seconds. Try again in a moment"
        raise ConfigError(message) from None
