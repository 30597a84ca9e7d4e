"""Python's search for rings of objects that nobody holds any more."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def search_of_what_is_new() -> Iterator[None]:
    """Search only what is made within the block, for work that makes and drops much: of the application, half a million objects,
    nothing is dropped, and to look through it again and again takes a quarter of the time.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
