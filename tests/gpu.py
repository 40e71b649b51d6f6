"""The devices that a test may take, and ``make test-gpu``: the tests that can run on a GPU, on this machine's."""

import sys

import pytest
import torch

NONE = "there is no GPU that PyTorch can use"
GPU = pytest.param("cuda", marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason=NONE)])
DEVICES = ["cpu", GPU]


def main() -> int:
    """Returns pytest's exit status, or 0 where there is nothing to test on."""
    if not torch.cuda.is_available():
        build = f"is built for CUDA {torch.version.cuda}" if torch.version.cuda else "is built for the CPU alone"
        print(f"Nothing was tested: {NONE} on this machine. PyTorch {torch.__version__} {build}.")
        return 0
    print(f"The tests that can run on a GPU, on {torch.cuda.get_device_name()}:")
    return pytest.main(["-m", "gpu"])


if __name__ == "__main__":
    sys.exit(main())
