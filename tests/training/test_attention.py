import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground.training import attention
from playground.training.attention import Attention, Positions, Residual, causal_mask, dropped, sinusoids
from playground.training.batches import generator

WIDTH, HEADS, PLACES, SEEN = 12, 3, 5, 7
PADDING = torch.ones(2, 1, 1, SEEN, dtype=torch.bool).index_fill(3, torch.tensor([5, 6]), False)


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator(1, "test", sum(shape)))


def made(dropout: float = 0.0) -> Attention:
    module = Attention(WIDTH, HEADS, dropout)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(drawn(*parameter.shape) / 3)
    return module


def torch_s_own(module: Attention) -> nn.MultiheadAttention:
    """Returns PyTorch's module with the same weights."""
    own = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    parts = (module.query, module.key, module.value)
    with torch.no_grad():
        own.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        own.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        own.out_proj.load_state_dict(module.output.state_dict())
    return own


@pytest.mark.parametrize(
    ("memory", "mask"),
    [(None, None), (None, causal_mask(PLACES)), (drawn(2, SEEN, WIDTH), None), (drawn(2, SEEN, WIDTH), PADDING)],
    ids=["self", "causal", "cross", "padded"],
)
def test_equals_torch_s_own_attention_and_shows_every_step(memory: Tensor | None, mask: Tensor | None) -> None:
    module, inputs = made(), drawn(2, PLACES, WIDTH)
    seen = inputs if memory is None else memory
    forbidden = {
        "attn_mask": ~mask if mask is not None and mask.dim() == 2 else None,
        "key_padding_mask": ~mask[:, 0, 0] if mask is not None and mask.dim() == 4 else None,
    }
    output, weights = torch_s_own(module)(inputs, seen, seen, average_attn_weights=False, **forbidden)
    looks = module.look(inputs, memory, mask)
    torch.testing.assert_close(module(inputs, memory, mask), output, atol=1e-6, rtol=0)
    torch.testing.assert_close(module.joined(looks.heads), output, atol=1e-6, rtol=0)
    torch.testing.assert_close(looks.weights, weights, atol=1e-6, rtol=0)
    heads = F.scaled_dot_product_attention(looks.queries, looks.keys, looks.values, mask)
    torch.testing.assert_close(looks.heads, heads, atol=1e-6, rtol=0)
    torch.testing.assert_close(looks.scores.softmax(-1), looks.weights)


def test_a_head_that_is_switched_off_adds_nothing() -> None:
    module, inputs = made(), drawn(2, PLACES, WIDTH)
    heads, before = module.look(inputs).heads, module(inputs)
    module.switch_off([1])
    lost = heads[:, 1] @ module.output.weight[:, 4:8].T  # the columns of head 1
    torch.testing.assert_close(module(inputs), before - lost)
    assert not module.look(inputs).heads[:, 1].any()
    assert "head_scales" not in module.state_dict()
    module.switch_off([])
    assert torch.equal(module(inputs), before)


def test_dropout_comes_from_its_generator_alone() -> None:
    module, inputs = made(dropout=0.5), drawn(2, PLACES, WIDTH)
    state = torch.random.get_rng_state()
    first, again, other = (module(inputs, generator=generator(seed, "dropout")) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(state, torch.random.get_rng_state())
    torch.testing.assert_close(module(inputs), module.joined(module.look(inputs).heads))
    ones = dropped(torch.ones(100, 100), 0.25, generator(1, "dropout"))
    assert sorted(ones.unique().tolist()) == pytest.approx([0, 4 / 3])
    assert ones.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("is_pre_norm", [True, False])
def test_a_block_equals_torch_s_own_layer(is_pre_norm: bool) -> None:
    own = nn.TransformerEncoderLayer(WIDTH, HEADS, 48, 0.0, batch_first=True, norm_first=is_pre_norm)
    module, forward = made(), attention.feed_forward(WIDTH)
    own.self_attn = torch_s_own(module)
    own.linear1.load_state_dict(forward[0].state_dict())
    own.linear2.load_state_dict(forward[2].state_dict())
    around = [Residual(WIDTH, is_pre_norm), Residual(WIDTH, is_pre_norm)]
    mask, inputs = causal_mask(PLACES), drawn(2, PLACES, WIDTH)
    middle = around[0](inputs, lambda x: module(x, mask=mask))
    torch.testing.assert_close(around[1](middle, forward), own(inputs, src_mask=~mask), atol=1e-6, rtol=0)


def test_positions_follow_their_formula() -> None:
    table = sinusoids(9, 6)
    assert table[7, 4] == pytest.approx(torch.tensor(7 / 10000 ** (4 / 6)).sin().item())
    assert table[7, 5] == pytest.approx(torch.tensor(7 / 10000 ** (4 / 6)).cos().item())
    assert torch.equal(Positions("sinusoidal", 9, 6)(4), table[:4])
    assert not Positions("none", 9, 6)(4).any()
    assert [name for name, _ in Positions("learned", 9, 6).named_parameters()] == ["weight"]
    assert not [*Positions("sinusoidal", 9, 6).parameters()]


def test_without_positions_the_order_of_what_is_looked_at_makes_no_difference() -> None:
    module, inputs, memory = made(), drawn(2, PLACES, WIDTH), drawn(2, SEEN, WIDTH)
    torch.testing.assert_close(module(inputs, memory.flip(1)), module(inputs, memory), atol=1e-5, rtol=0)


def test_initial_weights_are_as_gpt_2_s() -> None:
    module = nn.ModuleList([Attention(64, 4), Residual(64), nn.Embedding(9, 64), Positions("learned", 9, 64)])
    attention.initialize(module, generator(1, "weights"))
    state = module.state_dict()
    assert state["0.query.weight"].std() == pytest.approx(0.02, rel=0.1)
    assert state["3.weight"].std() == pytest.approx(0.02, rel=0.1)
    assert not state["0.query.bias"].any()
    assert torch.equal(state["1.norm.weight"], torch.ones(64))
