"""The base of every task: it works for the agency whose message it is, and for nobody without one.

A message carries the agency in its header `agency`, put there when it is published inside a door. The few tasks that beat
sends without one (config/schedule.py: ROUNDS) go round all agencies; they are short, and send a message where there is work.
"""

import logging
import random
from typing import Any

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded, TaskPredicate

from branches.agencies import fitness
from common import agencies
from common.agencies import ACTIVE, READ_ONLY, OutsideAgency
from config.schedule import ALSO_READ_ONLY, ROUNDS, SIGNS

log = logging.getLogger("tongbu.agencies")
HEADER = "agency"


class AgencyTask(Task):
    abstract = True

    def apply_async(self, args=None, kwargs=None, **options: Any) -> Any:
        """Publish; raises OutsideAgency for work that belongs to one, outside a door."""
        if agencies.many():
            headers = dict(options.get("headers") or {})
            if (agency := agencies.current()) is not None:
                headers[HEADER] = agency.key
            elif HEADER not in headers and self.name not in ROUNDS | SIGNS:
                raise OutsideAgency
            options["headers"] = headers
        return super().apply_async(args, kwargs, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not agencies.many() or self.name in SIGNS:
            return self.run(*args, **kwargs)
        key = self._agency_of_message()
        if key is None and agencies.current() is not None:
            return self.run(*args, **kwargs)
        if key is None and self.name in ROUNDS:
            return self._go_round(*args, **kwargs)
        return self._named(key, *args, **kwargs)

    def _named(self, key: object, *args: Any, **kwargs: Any) -> Any:
        """Do it, and say whose it was where it fails: Celery notes the failure outside the door, and names no agency."""
        try:
            return self._work_for(key, *args, **kwargs)
        except TaskPredicate:
            raise
        except Exception as error:
            log.error("%s failed for %s: %s", self.name, key, error)
            raise

    def _agency_of_message(self) -> object:
        headers = getattr(self.request, "headers", None)
        found = headers.get(HEADER) if isinstance(headers, dict) else None
        return found if found is not None else self.request.get(HEADER)

    def _work_for(self, key: object, *args: Any, **kwargs: Any) -> Any:
        agency = {row.key: row for row in agencies.every(*self._states())}.get(key) if isinstance(key, str) else None
        if agency is None:
            log.warning("%s was refused: its message names no agency that is worked for", self.name)
            return None
        if agency.fault:
            fitness.say_fault(agency)
            return None
        with agencies.entered(agency.key):
            if reason := fitness.refusal(agency):
                log.warning("%s was left out: %s", self.name, reason)
                return None
            return self.run(*args, **kwargs)

    def _states(self) -> tuple[str, ...]:
        return (ACTIVE, READ_ONLY) if self.name in ALSO_READ_ONLY else (ACTIVE,)

    def _go_round(self, *args: Any, **kwargs: Any) -> None:
        """Do it for each agency; one that fails holds up none. Begun anywhere, so that no agency is always the last."""
        rows = agencies.every(*self._states())
        begin = random.randrange(len(rows)) if rows else 0  # nosec B311
        failed = []
        for agency in rows[begin:] + rows[:begin]:
            try:
                self._work_for(agency.key, *args, **kwargs)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:
                log.exception("%s failed for %s", self.name, agency.key)
                failed.append(f"{agency.key} ({type(error).__name__})")
        if failed:
            raise RuntimeError(f"{self.name} failed for {', '.join(failed)}")
