"""The speed of training: what is due when, and when nothing is left to see."""

import math

import pytest

from playground.kinds import ConfigError
from playground.lab import LABS, Metric
from playground.stream import pace
from playground.stream.pace import GENTLE, Pace, Plateau

LOSS = LABS["mlp"].scored
SHARE = Metric(name="right", label="right answers", better="high", unit="share")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pace, "time", made)
    return made


def steps_after(chosen: Pace, clock: Clock, seconds: float) -> int:
    """The updates made in some seconds at sixty frames a second, where training takes no time."""
    step = 0
    for _ in range(round(seconds * 60)):
        clock.now += 1 / 60
        made, _ = chosen.slice(is_awaited=False)
        step += made or 0
        chosen.measured(step)
    return step


def test_a_fixed_speed_is_kept(clock: Clock) -> None:
    chosen = Pace()
    chosen.choose(30)
    chosen.restart(0)
    assert steps_after(chosen, clock, 4) == pytest.approx(120, abs=2)


def test_after_a_change_slices_are_short_for_a_moment(clock: Clock) -> None:
    chosen = Pace()
    usual = chosen.budget_s(is_awaited=False)
    short = chosen.budget_s(is_awaited=True)
    assert short < 0.1 * usual
    clock.now += 0.24
    assert chosen.budget_s(is_awaited=False) == short
    clock.now += 0.02
    assert chosen.budget_s(is_awaited=False) == usual


@pytest.mark.parametrize("speed", [None, 1000])
def test_a_change_is_answered_without_an_update_in_every_second_slice_at_most(clock: Clock, speed: float) -> None:
    chosen = Pace()
    chosen.choose(speed)
    clock.now += 1
    assert chosen.slice(is_awaited=True)[0] != 0  # the answer to Play
    assert chosen.slice(is_awaited=True)[0] == 0
    clock.now += 1
    assert chosen.slice(is_awaited=True)[0] != 0
    assert chosen.slice(is_awaited=True)[0] == 0
    clock.now += 1
    assert chosen.slice(is_awaited=False)[0] != 0
    assert chosen.slice(is_awaited=True)[0] == 0


def test_while_changes_are_made_training_is_rare(clock: Clock) -> None:
    chosen = Pace()
    assert chosen.slice(is_awaited=True)[1] > pace.AWAITED_SLICE_S  # the answer to Play
    assert chosen.delay() == 0
    clock.now += 1
    assert chosen.slice(is_awaited=True)[0] == 0
    assert chosen.delay() == 0  # at once: the next change is not there yet
    assert chosen.slice(is_awaited=False)[0] != 0
    assert chosen.delay() == pytest.approx(pace.AWAITED_EVERY_S)
    clock.now += 0.03
    assert chosen.delay() == pytest.approx(pace.AWAITED_EVERY_S - 0.03)
    clock.now += 0.23
    assert chosen.delay() == 0


def test_the_speed_is_measured_where_frames_are_seconds_apart(clock: Clock) -> None:
    chosen = Pace()
    chosen.restart(0)
    assert chosen.measured(0) is None
    clock.now += 4
    assert chosen.measured(10) == pytest.approx(2.5)


def test_a_gentle_speed_quickens_as_the_run_goes_on(clock: Clock) -> None:
    chosen = Pace()
    chosen.choose(GENTLE)
    chosen.restart(0)
    at = dict.fromkeys((1, 5, 15), 0)
    for seconds in at:
        chosen.restart(0)
        at[seconds] = steps_after(chosen, clock, seconds)
    assert at[1] == pytest.approx(100, rel=0.1)
    start = 100 / 0.35  # from there on it grows by the exponential function
    for seconds in (5, 15):
        assert at[seconds] == pytest.approx(start * math.exp(0.35 * (seconds - start / 100)), rel=0.1)


def test_an_opened_run_goes_on_at_the_speed_of_its_step(clock: Clock) -> None:
    chosen = Pace()
    chosen.choose(GENTLE)
    chosen.restart(100_000)
    assert chosen.updates_per_s == pytest.approx(35_000)


@pytest.mark.parametrize(
    ("overhead_ms", "slice_ms"),
    [
        (2, 14),  # sixty frames a second
        (4, 16),  # fifty, so that four fifths of the time are training
        (10, 15),  # forty, of which no fewer are worth more training
        (20, 5),
        (400, 2),
    ],
)
def test_dear_frames_are_fewer_but_not_below_forty(overhead_ms: float, slice_ms: float) -> None:
    chosen = Pace()
    for _ in range(100):
        budget_s = chosen.budget_s(is_awaited=False)
        chosen.took(budget_s + overhead_ms / 1000, budget_s)
    assert 1000 * chosen.budget_s(is_awaited=False) == pytest.approx(slice_ms, abs=0.1)


@pytest.mark.parametrize(("frames_per_s", "slice_ms"), [(1000, 14), (60, 14), (20, 46), (4, 238), (1, 958)])
def test_rare_frames_leave_their_time_to_training(frames_per_s: float, slice_ms: float) -> None:
    chosen = Pace(frames_per_s)
    for _ in range(100):
        budget_s = chosen.budget_s(is_awaited=False)
        chosen.took(budget_s + 0.002, budget_s)
    assert 1000 * chosen.budget_s(is_awaited=False) == pytest.approx(slice_ms, abs=0.1)


def test_a_fixed_speed_is_kept_where_frames_are_rare(clock: Clock) -> None:
    chosen, made = Pace(frames_per_s=2), 0
    chosen.choose(100)
    chosen.restart(0)
    for _ in range(8):
        clock.now += 0.5
        made += chosen.slice(is_awaited=False)[0] or 0
    assert made == pytest.approx(400, abs=2)


def test_a_moment_of_a_busy_machine_says_little(clock: Clock) -> None:
    chosen = Pace()
    usual = chosen.budget_s(is_awaited=False)
    chosen.took(usual + 1.0, usual)
    assert chosen.budget_s(is_awaited=False) > usual  # as if the frame were a little dearer


def test_no_slice_is_longer_than_a_frame() -> None:
    chosen = Pace()
    for speed in (None, GENTLE, 5, 100_000):
        chosen.choose(speed)
        chosen.restart(10**7)
        assert chosen.slice(is_awaited=False)[1] <= pace.MAX_SLICE_S


def test_what_is_no_speed_is_refused() -> None:
    with pytest.raises(ConfigError, match="'fast' is not a number"):
        Pace().choose("fast")


def watched(plateau: Plateau, name: str, values: dict[int, float]) -> int | None:
    return next((step for step in sorted(values) if plateau.found(step, {name: values[step]})), None)


def test_a_run_that_gets_better_goes_on() -> None:
    falling = {step: 1 / (1 + step / 1000) for step in range(0, 60_000, 50)}
    assert watched(Plateau(LOSS), LOSS.name, falling) is None


@pytest.mark.parametrize("rises", [False, True])
def test_a_run_that_stands_still_rests_once_it_has_stood_for_long(rises: bool) -> None:
    values = {step: (0.3 if step > 400 else 0.5) + (step * 1e-6 if rises else 0) for step in range(0, 60_000, 50)}
    assert watched(Plateau(LOSS), LOSS.name, values) == 32 * 500


def test_a_share_rests_where_it_is_whole() -> None:
    values = {step: min(1.0, step / 3000) for step in range(0, 400_000, 100)}
    found = watched(Plateau(SHARE), "right", values)
    assert found is not None
    assert 32 * 3000 <= found <= 4 * 32 * 3000


def test_a_solved_run_rests_although_its_loss_falls_for_ever(clock: Clock) -> None:
    solved = {step: 0.5 / (1 + (step / 500) ** 1.5) for step in range(0, 400_000, 100)}
    found = watched(Plateau(LOSS), LOSS.name, solved)
    assert found is not None
    assert solved[found // 32] < 0.011


def test_at_a_speed_of_its_own_it_goes_on_for_a_minute_more(clock: Clock) -> None:
    plateau, stands = Plateau(LOSS), {LOSS.name: 0.3}
    for step in range(0, 16_001, 500):
        assert plateau.found(step, stands, 60.0) is None
    clock.now += 61
    assert plateau.found(32_000, stands, 60.0)


def test_asked_to_go_on_it_goes_on_for_long() -> None:
    plateau = Plateau(LOSS)
    plateau.restart(16_000)
    values = dict.fromkeys(range(16000, 1100000, 1000), 0.3)
    assert watched(plateau, LOSS.name, values) == 32 * 16_000


def test_it_says_since_when() -> None:
    plateau = Plateau(LOSS)
    said = [plateau.found(step, {LOSS.name: 0.25}) for step in range(0, 16_001, 500)]
    assert said[-1] == (
        "Paused: since step 500 the test loss has hardly become better (0.250, now 0.250 at best). "
        "Play goes on; another setting may do better."
    )
    assert plateau.found(99, {}) is None
