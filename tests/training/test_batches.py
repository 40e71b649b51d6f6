import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.training.batches import generator, rows

SIZES = st.integers(1, 40)


@given(size=SIZES, batch_size=st.integers(1, 60), seed=st.none() | st.integers(0, 5))
def test_every_pass_takes_every_row_once(size: int, batch_size: int, seed: int | None) -> None:
    steps = -(-3 * size // batch_size)
    seen = torch.cat([rows(step, size, batch_size, seed) for step in range(steps)])
    for number in range(3):
        assert sorted(seen[number * size : (number + 1) * size].tolist()) == list(range(size))


def test_without_a_seed_the_order_is_the_data_s() -> None:
    assert rows(1, 5, 3).tolist() == [3, 4, 0]


def test_passes_differ_in_order_and_come_again() -> None:
    first, second = rows(0, 20, 20, seed=1), rows(1, 20, 20, seed=1)
    assert first.tolist() != second.tolist()
    assert torch.equal(first, rows(0, 20, 20, seed=1))
    assert first.tolist() != rows(0, 20, 20, seed=2).tolist()


@pytest.mark.parametrize("other", [(1, "noise", 3), (2, "dropout", 3), (1, "dropout", 4)])
def test_chance_depends_on_seed_purpose_and_step_alone(other: tuple[int, str, int]) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    drawn = torch.rand(3, generator=generator(1, "dropout", 3))
    assert torch.equal(drawn, torch.rand(3, generator=generator(1, "dropout", 3)))
    assert not torch.equal(drawn, torch.rand(3, generator=generator(*other)))
    assert torch.equal(before, torch.random.get_rng_state())
