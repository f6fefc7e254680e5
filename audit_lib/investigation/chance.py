"""Chance for redraws: streams of numbers that anybody can make again.

A redraw test needs many numbers, so each test takes one ticket (`stream_ticket`) and lets
NumPy's PCG64 go on from it. The seed is fixed for all campaigns and the stream is named after
what is tested: nobody can try seeds until a p-value pleases, and equal inputs give equal bytes.
Only plain uniform numbers are used, because NumPy promises those longest.
"""

from __future__ import annotations

import numpy as np

from audit_lib.sampling import canonical_id, stream_ticket

SEED = "investigation-2014"
"""Part of the method, as the vectors of the ticket are: another seed would be another table of redraws."""


def chance_of(test: str, *names: str) -> np.random.Generator:
    """Return the stream of one test on one subject, from its beginning.

    >>> chance_of("claimed-list", "990100").random() == chance_of("claimed-list", "990100").random()
    True
    """
    ids = [canonical_id(name) for name in names]
    return np.random.Generator(np.random.PCG64(int(stream_ticket(SEED, test, *ids), 16)))
