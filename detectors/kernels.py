"""The compiled loops over packed trees, and how they are compiled and shared out to threads.

Rows are shared out to threads that hold no interpreter lock, in place of numba's own threading layers: nothing global
is set, a process may fork, and two flows may score at the same time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

THREADS = 2
_BLOCK = 256


def walk(
    X: Float32,
    feature: Int32,
    threshold: Float32,
    child: Int32,
    path: Float64,
    root: Int32,
    levels: Int32,
    lengths: Float64,
) -> None:
    """Add to ``lengths`` (rows,) the path length of every row in every tree.

    A block of rows goes down one tree level by level, so that the loads of different rows overlap; trees are added
    in their order, so sums repeat to the bit.
    """
    node = np.empty(_BLOCK, dtype=np.int32)
    for start in range(0, X.shape[0], _BLOCK):
        size = min(_BLOCK, X.shape[0] - start)
        for tree in range(root.shape[0]):
            for i in range(size):
                node[i] = root[tree]
            for _ in range(levels[tree]):
                for i in range(size):
                    at = node[i]
                    node[i] = child[at] + (X[start + i, feature[at]] > threshold[at])
            for i in range(size):
                lengths[start + i] += path[node[i]]


def attribute(
    X: Float32,
    feature: Int32,
    threshold: Float32,
    child: Int32,
    expected: Float64,
    root: Int32,
    levels: Int32,
    contributions: Float64,
) -> None:
    """Add to ``contributions`` (rows, features) by how much each split shortened the expected path of the row."""
    for i in range(X.shape[0]):
        for tree in range(root.shape[0]):
            at = root[tree]
            for _ in range(levels[tree]):
                following = child[at] + (X[i, feature[at]] > threshold[at])
                contributions[i, feature[at]] += expected[at] - expected[following]
                at = following


@functools.cache
def compiled(kernel: Callable[..., None]) -> Callable[..., None]:
    """Return a kernel compiled on first use; the machine code is kept on disk where a folder can be written.

    The first call on a machine takes about a second. numba keeps the code beside this file, else in the user's cache
    folder, or in ``NUMBA_CACHE_DIR`` if that is set; where none can be written every process compiles for itself.
    """
    function: Any
    try:
        function = numba.njit(kernel, nogil=True, cache=True)
    except RuntimeError:
        function = numba.njit(kernel, nogil=True)
    fast: Callable[..., None] = function
    return fast


def over_threads(work: Callable[[slice], None], rows: int, threads: int = THREADS) -> None:
    """Call ``work`` on contiguous slices that cover ``rows`` rows, side by side; few rows stay in this thread."""
    if rows <= _BLOCK * threads:
        work(slice(0, rows))
        return
    share = -(-rows // threads)
    parts = [slice(start, min(start + share, rows)) for start in range(0, rows, share)]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(work, parts))
