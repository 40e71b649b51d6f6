"""The device of tensors: the CPU, or a GPU if available."""

import torch
from threadpoolctl import threadpool_limits

from playground.catalog import DEVICES
from playground.kinds import ConfigError


def pick_device(name: str) -> torch.device:
    """Returns the torch device for a name of ``DEVICES``. Raises ConfigError where the machine has no such device."""
    available = available_devices()
    if name == "auto":
        return torch.device("cuda" if "cuda" in available else "cpu")
    if name not in available:
        have = ", ".join(available)
        raise ConfigError(f"device: this machine has no {DEVICES[name].label} ('{name}'); use auto or {have}")
    return torch.device(name)


def available_devices() -> dict[str, str]:
    """Returns the devices of this machine by name, each with its hardware's name."""
    devices = {"cpu": "CPU"}
    if torch.cuda.is_available():
        devices["cuda"] = torch.cuda.get_device_name()
    return devices


def use_one_thread() -> None:
    """Limit torch and NumPy to one thread: bit-exact results need a fixed number, and workers keep all cores busy.

    After a product NumPy's other threads go on looking out for work, which took five times as long as the product.
    """
    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")
