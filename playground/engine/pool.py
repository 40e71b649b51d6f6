"""Parts of a comparison or a map in processes of this machine, one a core."""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed

from playground.engine.spawn import BareSpawnContext, follow_parent
from playground.headless.parts import Part, Progress, Trained, train_part


def run_parts(parts: list[Part], progress: Progress) -> list[Trained]:
    """Train each of ``parts``; → what came of them, in their order.

    ``progress`` gets the mean epoch whenever a part is done. When it is interrupted, the processes end at once.
    """
    count = min(len(parts), os.cpu_count() or 1)
    with ProcessPoolExecutor(count, BareSpawnContext(), initializer=follow_parent) as pool:
        futures = [pool.submit(train_part, part) for part in parts]
        try:
            for done, _ in enumerate(as_completed(futures), start=1):
                progress(parts[0].epochs * done / len(parts))
            return [future.result() for future in futures]
        except BaseException:
            processes = list(pool._processes.values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
            raise
