"""Record a function's tensor operations as a graph that runs without the Python around them.

``make_fx`` of PyTorch records the same graph, but describes every value on the way (shapes of fake tensors, stacks),
which takes eight times as long: half a second for many deep networks, in which nobody else is served. Meanwhile it
also replaces methods of ``nn.Module``, for all threads.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.fx import Graph, GraphModule, Node
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only


def traced(function: Callable[..., Any], examples: Sequence[Tensor]) -> Callable[..., Any]:
    """Returns ``function`` of tensors as its traced graph: the same operations in the same order, to the bit, for
    tensors of the examples' shapes.

    ``function`` returns a tensor or a list of tensors. The examples are separate objects. Raises TypeError where the
    operations depend on values of tensors: they could differ at the next call.
    """
    recorder = _Recorder(examples)
    with recorder:
        results = function(*examples)
    recorder.graph.output(tree_map_only(Tensor, recorder.node, results))
    simplify(recorder.graph)
    return GraphModule(recorder.constants, recorder.graph).forward


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds each operation to ``graph``. Only this thread's operations are seen."""

    def __init__(self, examples: Sequence[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.graph, self.constants = Graph(), nn.Module()
        self._nodes: dict[int, tuple[Tensor, Node]] = {}  # by id, which is unique while the tensor is kept
        for index, example in enumerate(examples):
            self._name(example, self.graph.placeholder(f"arg{index}"))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        arguments = tree_map_only(Tensor, self.node, (args, kwargs or {}))
        result = func(*args, **(kwargs or {}))
        node = self.graph.call_function(func, *arguments)
        if isinstance(result, Tensor):
            self._name(result, node)
        elif isinstance(result, list | tuple) and all(isinstance(each, Tensor | None) for each in result):
            for index, each in enumerate(result):
                if each is not None:
                    self._name(each, self.graph.call_function(operator.getitem, (node, index)))
        else:
            raise TypeError(f"{func} reads a tensor's value, so its graph would hold for this value only")
        return result

    def _name(self, tensor: Tensor, node: Node) -> None:
        self._nodes[id(tensor)] = tensor, node

    def node(self, tensor: Tensor) -> Node:
        """Returns the node that has made ``tensor``; what none has made is a constant."""
        if id(tensor) not in self._nodes:
            name = f"constant{len(list(self.constants.buffers()))}"
            self.constants.register_buffer(name, tensor)
            self._name(tensor, self.graph.get_attr(name))
        return self._nodes[id(tensor)][1]


def simplify(graph: Graph) -> None:
    """Remove no-ops, and call operations through faster bindings. Results stay bit-exact."""
    aten = torch.ops.aten
    for node in graph.find_nodes(op="call_function", target=aten.detach.default):
        node.replace_all_uses_with(node.args[0])
    for node in graph.find_nodes(op="call_function", target=aten.mul.Scalar):
        if node.args[1] == 1:  # linear layers of many networks add 1 · bias
            node.replace_all_uses_with(node.args[0])
    for operation in (aten.t.default, aten.view.default):  # a transpose of a transpose, a view of a view
        for node in graph.find_nodes(op="call_function", target=operation):
            inner = node.args[0]
            if inner.target == operation == aten.view.default:
                node.args = (inner.args[0], node.args[1])
            elif inner.target == operation:
                node.replace_all_uses_with(inner.args[0])
    graph.eliminate_dead_code()
    for node in graph.nodes:
        if isinstance(node.target, OpOverload):  # called through Python, unlike torch.mul and the other C functions
            name = node.target.overloadpacket.__name__
            node.target = getattr(torch, name, None) or getattr(Tensor, name, node.target)
