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


def settle() -> None:
    """What is loaded now stays: to look all of it through again and again held single requests up for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def settled() -> Iterator[None]:
    """Search as a process does that serves pages, and afterwards as before."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
