"""Threads that start together, each with a connection of its own."""

import threading

from django.db import connections


def at_once(*calls, seconds=60):
    """Run the calls in threads that start together; return what each gave, or the exception it raised."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            start.wait(10)
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return results
