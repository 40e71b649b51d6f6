"""Files of data that scikit-learn ships."""

from importlib.util import find_spec
from pathlib import Path


def shipped(file: str) -> Path:
    """Returns where a ``file`` of scikit-learn's folder ``datasets`` is. It is found without importing scikit-learn,
    which would cost each process a second and 180 MB."""
    package = find_spec("sklearn")
    assert package
    assert package.origin
    return Path(package.origin).parent / "datasets" / file
