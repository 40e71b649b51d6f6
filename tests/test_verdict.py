"""Which variant is better: only what the seeds, pair by pair, carry."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.verdict import LEVEL, as_guessed, p_value, verdict

NEVER = math.inf


def goals(**values: list[float]) -> dict[str, dict[int, float]]:
    return {name: dict(enumerate(seeds)) for name, seeds in values.items()}


@pytest.mark.parametrize(("won", "lost"), [(n - k, k) for n in range(11) for k in range(n + 1)])
def test_the_sign_test_counts_the_throws_of_a_coin(won: int, lost: int) -> None:
    throws = [abs(2 * sum(throw) - won - lost) for throw in product((0, 1), repeat=won + lost)]
    assert p_value(won, lost) == pytest.approx(sum(each >= abs(won - lost) for each in throws) / len(throws))


def test_time_to_the_target_decides_where_nearly_all_reach_it() -> None:
    """13 of 16 at 775 epochs against 16 of 16 at 17: counts alone do not tell, and their times do."""
    sigmoid, relu = [775.0 + seed for seed in range(13)] + [NEVER] * 3, [17.0] * 16
    found = verdict("gets to 95% sooner", goals(Sigmoid=sigmoid, ReLU=relu), "")
    assert found.leader == "ReLU"
    assert found.words == "ReLU gets to 95% sooner: it was ahead of Sigmoid on 16 of 16 seeds."


def test_what_the_seeds_do_not_carry_is_not_claimed() -> None:
    even = verdict("is first", goals(A=[1, 2, 3, 4, 5, 6, 7], B=[2, 1, 4, 3, 6, 7, 7]), "")
    assert even.leader is None
    assert even.words == "These runs do not tell which is first: A was ahead of B on 4 of 7 seeds, behind on 2."
    few = verdict("is first", goals(A=[1, 1, 1, 1], B=[2, 2, NEVER, 2]), "")
    assert few.leader is None
    assert few.words.endswith("A was ahead of B on 4 of 4 seeds, behind on 0; so few seeds cannot tell.")
    assert verdict("is first", goals(A=[NEVER], B=[NEVER]), "None yet.").words == "None yet."


def test_the_leader_of_several_is_clearly_ahead_of_each() -> None:
    all_clear = verdict("is first", goals(A=[1] * 8, B=[2] * 8, C=[3] * 8), "")
    assert all_clear.words == "A is first: it was ahead of B on 8 of 8, of C on 8 of 8 seeds."
    one_close = verdict("is first", goals(A=[1] * 8, B=[2] * 8, C=[3] * 7 + [0]), "")
    assert one_close.leader is None  # a coin falls 7 to 1 in 7% of all throws
    assert one_close.words == "These runs do not tell which is first: A was ahead of C on 7 of 8 seeds, behind on 1."


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_names_and_their_order_change_nothing(pairs: list[tuple[int, int]]) -> None:
    ones, others = [float(one) for one, _ in pairs], [float(other) for _, other in pairs]
    found, turned = (
        verdict("wins", goals(**each), "") for each in ({"A": ones, "B": others}, {"B": others, "A": ones})
    )
    assert found.leader == turned.leader
    won, lost = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    assert (found.leader is not None) == (p_value(won, lost) <= LEVEL)


@pytest.mark.parametrize(
    ("leader", "guess", "said"),
    [
        ("A", "A", "the numbers say so too"),
        ("A", "B", "the numbers say A"),
        ("A", "No difference", "the numbers say A"),
        (None, "A", "so far the numbers do not tell"),
        (None, "No difference", "so far the numbers show none"),
    ],
)
def test_a_guess_is_judged_by_the_same_verdict(leader: str | None, guess: str, said: str) -> None:
    assert as_guessed({"leader": leader}, guess, "No difference") == said
