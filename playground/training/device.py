"""Where tensors live: the CPU, or a GPU where there is one."""

import torch

from playground.catalog import DEVICES
from playground.kinds import ConfigError


def pick_device(name: str) -> torch.device:
    """The torch device for a name of ``DEVICES``. Raises ConfigError where the machine has no such device."""
    available = available_devices()
    if name == "auto":
        return torch.device("cuda" if "cuda" in available else "cpu")
    if name not in available:
        have = ", ".join(available)
        raise ConfigError(f"device: this machine has no {DEVICES[name].label} ('{name}'); use auto or {have}")
    return torch.device(name)


def available_devices() -> dict[str, str]:
    """The devices of this machine by name, with the hardware's own name."""
    devices = {"cpu": "CPU"}
    if torch.cuda.is_available():
        devices["cuda"] = torch.cuda.get_device_name()
    return devices


def use_one_thread() -> None:
    """With as many busy workers as cores, torch's own threads only get in each other's way; and a fixed number of
    threads is part of "the same weights, bit for bit"."""
    torch.set_num_threads(1)
