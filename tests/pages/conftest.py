from collections.abc import Iterator

import pytest

from playground.engine.inline import InlineEngine
from playground.stream.hub import Hub, use_hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of the test's own, which trains in this process."""
    made = Hub(InlineEngine())
    use_hub(made)
    yield made
    use_hub(None)
