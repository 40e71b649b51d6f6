"""Train parts of a comparison or a map in processes of this machine, one per core."""

import os
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

from playground.engine.spawn import BareSpawnContext, follow_parent
from playground.studies.parts import Part, Progress, Trained, train_part


def run_parts(parts: list[Part], progress: Progress) -> list[Trained | None]:
    """Train each of ``parts``. Returns their results in the same order.

    ``progress`` receives the mean epoch whenever a part is done. An interrupt ends the processes at once; unfinished
    parts are then None.
    """
    count = min(len(parts), os.cpu_count() or 1)
    with ProcessPoolExecutor(count, BareSpawnContext(), initializer=follow_parent) as pool:
        futures = [pool.submit(train_part, part) for part in parts]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()  # raises a part's error, which ends all
                progress(parts[0].epochs * done / len(parts))
        except BaseException as error:
            _end(pool)
            if not isinstance(error, KeyboardInterrupt):
                raise
        return [future.result() if _has_result(future) else None for future in futures]


def _end(pool: ProcessPoolExecutor) -> None:
    processes = list(pool._processes.values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _has_result(future: Future[Trained]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
