"""The network: a recurrent cell, written out so that every gate is in sight, and what reads and writes around it.

The cells' parameters have the names, shapes and order of torch's ``RNNCell``, ``LSTMCell`` and ``GRUCell``, and give
the same numbers. (``bag`` is ours: a sum, which knows no order.) Training takes torch's own kernels where it can:
they show no gates, but an LSTM's is three to four times as fast.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

GATES = {"bag": ("a",), "rnn": ("n",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
KEEPER = {"lstm": "f", "gru": "z"}  # the gate that keeps the old state where it is 1
KERNELS: dict[str, Callable[..., Any]] = {"rnn": torch.rnn_tanh, "lstm": torch.lstm, "gru": torch.gru}


class Step(NamedTuple):
    """What a cell does at one step: the hidden state ``h`` (N, H), of an LSTM also the cell state ``c``, and its
    ``gates`` (N, H) in the order of GATES."""

    h: Tensor
    c: Tensor
    gates: tuple[Tensor, ...]


class Cell(nn.Module):
    """One recurrent cell of ``hidden`` units over inputs of ``size`` numbers.

    ``clamped`` fixes gates by name, ``zeroed`` (H,) is 0 for units whose h is always 0, else 1.
    """

    def __init__(self, kind: str, size: int, hidden: int) -> None:
        super().__init__()
        self.kind, self.hidden = kind, hidden
        rows = len(GATES[kind]) * hidden
        self.weight_ih = nn.Parameter(torch.empty(rows, size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        self.clamped: Mapping[str, float] = {}
        self.zeroed: Tensor | None = None

    def gate(self, name: str) -> slice:
        """The rows of the parameters that make a gate."""
        place = GATES[self.kind].index(name)
        return slice(place * self.hidden, (place + 1) * self.hidden)

    def start(self, *count: int) -> tuple[Tensor, Tensor]:
        """The state h, c before the first step, (N, H): zeros."""
        zeros = torch.zeros(*count, self.hidden)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: tuple[Tensor, Tensor], truncate: int = 0) -> list[Step]:
        """Returns the steps over ``inputs`` (N, T, D) from a ``state``. No gradient goes back across every
        ``truncate``-th step; 0 lets it go all the way."""
        from_inputs = self.from_inputs(inputs).unbind(-2)
        steps: list[Step] = []
        for place, from_input in enumerate(from_inputs):
            if truncate and place and place % truncate == 0:
                state = state[0].detach(), state[1].detach()
            steps.append(self.step(from_input, *state))
            state = steps[-1].h, steps[-1].c
        return steps

    def from_inputs(self, inputs: Tensor) -> Tensor:
        """Returns W_ih x + b_ih of all steps, (N, T, G·H)."""
        return inputs @ self.weight_ih.T + self.bias_ih

    def from_state(self, h: Tensor) -> Tensor:
        """Returns W_hh h + b_hh, (N, G·H)."""
        return torch.addmm(self.bias_hh, h, self.weight_hh.T)

    def states(self, inputs: Tensor, state: tuple[Tensor, Tensor], truncate: int = 0) -> Tensor:
        """Returns the hidden states (N, T, H) of ``forward``, by torch's kernel unless something intervenes."""
        if self.kind == "bag" or self.clamped or self.zeroed is not None:
            return torch.stack([step.h for step in self(inputs, state, truncate)], -2)
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        return self.by_kernel(inputs, state, weights, truncate)

    def by_kernel(
        self, inputs: Tensor, state: tuple[Tensor, Tensor], weights: Sequence[Tensor], truncate: int
    ) -> Tensor:
        """Returns the hidden states (N, T, H) of a cell with these ``weights``, as torch's modules make them."""
        found = []
        for part in torch.split(inputs, truncate or inputs.shape[1], 1):
            states, state = self._kernel(part, state, [*weights])
            found.append(states)
            state = state[0].detach(), state[1].detach()
        return torch.cat(found, 1)

    def _kernel(
        self, inputs: Tensor, state: tuple[Tensor, Tensor], weights: list[Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Returns the hidden states over ``inputs`` and the last state."""
        h, c = (each[None] for each in state)
        options = (weights, True, 1, 0.0, self.training, False, True)  # biases, one layer, one way, batch first
        states, *last = KERNELS[self.kind](inputs, (h, c) if self.kind == "lstm" else h, *options)
        return states, (last[0][0], last[-1][0])

    def step(self, from_input: Tensor, h: Tensor, c: Tensor) -> Step:
        """Returns one step. ``from_input`` (N, G·H) is W_ih x + b_ih."""
        from_state = self.from_state(h)
        if self.kind == "lstm":
            c, gates = self._lstm(from_input + from_state, c)
            h = gates[3] * c.tanh()
        elif self.kind == "gru":
            h, gates = self._gru(from_input.chunk(3, -1), from_state.chunk(3, -1), h)
        elif self.kind == "rnn":
            gates = (self._clamp("n", (from_input + from_state).tanh()),)
            h = gates[0]
        else:
            gates = (self._clamp("a", from_input),)
            h = h + gates[0]
        if self.zeroed is not None:
            h = h * self.zeroed
        return Step(h, c if self.kind == "lstm" else h, gates)

    def _lstm(self, sums: Tensor, c: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        i, f, g, o = sums.chunk(4, -1)
        i, f = self._clamp("i", i.sigmoid()), self._clamp("f", f.sigmoid())
        g, o = self._clamp("g", g.tanh()), self._clamp("o", o.sigmoid())
        return f * c + i * g, (i, f, g, o)

    def _gru(
        self, from_input: Sequence[Tensor], from_state: Sequence[Tensor], h: Tensor
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        r = self._clamp("r", (from_input[0] + from_state[0]).sigmoid())
        z = self._clamp("z", (from_input[1] + from_state[1]).sigmoid())
        n = self._clamp("n", (from_input[2] + r * from_state[2]).tanh())
        return (1 - z) * n + z * h, (r, z, n)

    def _clamp(self, name: str, gate: Tensor) -> Tensor:
        value = self.clamped.get(name)
        return gate if value is None else torch.full_like(gate, value)


class Network(nn.Module):
    """A cell over ``size`` inputs a step, and a linear layer to ``classes`` outputs.

    With a ``source_size`` an encoder reads first, and hands over its last state; with ``attends`` every step also
    looks back at all of its states.
    """

    def __init__(
        self, kind: str, size: int, hidden: int, classes: int, source_size: int = 0, attends: bool = False
    ) -> None:
        super().__init__()
        self.encoder = Cell(kind, source_size, hidden) if source_size else None
        self.cell = Cell(kind, size, hidden)
        self.attention = _linear(hidden, hidden, bias=False) if attends else None
        self.mixed = _linear(2 * hidden, hidden) if attends else None
        self.output = _linear(hidden, classes)

    @torch.no_grad()
    def initialize(self, generator: torch.Generator, forget_bias: float) -> None:
        """Draw all parameters as torch does, uniformly within 1 / √hidden; the gate that keeps the state gets the
        bias ``forget_bias`` (of its two bias vectors, the sum)."""
        bound = self.cell.hidden**-0.5
        for parameter in self.parameters():
            parameter.uniform_(-bound, bound, generator=generator)
        for cell in filter(None, (self.encoder, self.cell)):
            if cell.kind in KEEPER:
                rows = cell.gate(KEEPER[cell.kind])
                cell.bias_ih[rows], cell.bias_hh[rows] = forget_bias, 0.0

    def read(self, sources: Tensor, lengths: Tensor) -> list[Step]:
        """Returns the encoder's steps over ``sources`` (N, S, D)."""
        assert self.encoder is not None
        return self.encoder(sources, self.encoder.start(*sources.shape[:-2]))  # type: ignore[no-any-return]

    def forward(
        self,
        inputs: Tensor,
        sources: Tensor | None = None,
        lengths: Tensor | None = None,
        truncate: int = 0,
    ) -> Tensor:
        """Returns the outputs (N, T, C) for ``inputs`` (N, T, D), after ``sources`` (N, S, D) of ``lengths`` (N,)."""
        return self.attending(inputs, sources, lengths, truncate)[0]

    def attending(
        self, inputs: Tensor, sources: Tensor | None, lengths: Tensor | None, truncate: int = 0
    ) -> tuple[Tensor, Tensor | None]:
        """Returns the outputs (N, T, C), and the attention (N, T, S) if there is any."""
        read = None if sources is None or lengths is None else self.read(sources, lengths)
        states = self.cell.states(inputs, self.handed_over(read, lengths, *inputs.shape[:-2]), truncate)
        return self.outputs(states, read, lengths)

    def handed_over(self, read: list[Step] | None, lengths: Tensor | None, *count: int) -> tuple[Tensor, Tensor]:
        """The state that the cell starts from: the encoder's behind the last token of each row, else zeros."""
        if read is None or lengths is None:
            return self.cell.start(*count)
        last = (lengths - 1)[..., None, None]
        each = (torch.stack(states, -2) for states in ([step.h for step in read], [step.c for step in read]))
        h, c = (states.gather(-2, last.expand_as(states[..., :1, :])).squeeze(-2) for states in each)
        return h, c

    def outputs(
        self, states: Tensor, read: list[Step] | None, lengths: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        """Returns the outputs (N, T, C) of hidden ``states`` (N, T, H), and the attention (N, T, S) if there is any.

        Attention is Luong's "general" one (arXiv 1508.04025): softmax(hᵀ W s) over the states s of the encoder,
        whose mean joins h in tanh(W [mean, h]).
        """
        if self.attention is None or self.mixed is None or read is None or lengths is None:
            return self.output(states), None
        seen = torch.stack([step.h for step in read], -2)  # (N, S, H)
        scores = states @ self.attention(seen).mT  # (N, T, S)
        is_token = torch.arange(seen.shape[-2]) < lengths[..., None]
        weights = scores.masked_fill(~is_token[..., None, :], -torch.inf).softmax(-1)
        both = torch.cat([weights @ seen, states], -1)
        return self.output(self.mixed(both).tanh()), weights


def _linear(size: int, classes: int, bias: bool = True) -> nn.Linear:
    """A linear layer that is not drawn yet: torch would draw it by the generator that all runs share."""
    found: nn.Linear = skip_init(nn.Linear, size, classes, bias=bias)  # type: ignore[no-untyped-call]
    return found
