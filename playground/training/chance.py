"""Seeds of random generators: free of torch, since a page writes them into scripts."""

import hashlib


def seed_of(seed: int, purpose: str, step: int = 0) -> int:
    """Returns the seed of the generator for one ``purpose`` and ``step`` of the run with this ``seed``."""
    digest = hashlib.blake2b(f"{seed} {purpose} {step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**63
