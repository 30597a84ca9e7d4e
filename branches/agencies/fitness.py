"""May an agency be served by this process: its database is of this version, its keys fit, its ids are those of the others.

Looked at when a process first works for the agency, and again each time until it may: one that is behind answers 503 and
is left out by the worker, while the others are served.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from branches.access.demo import unfit_for_service
from branches.access.services import key_check
from branches.agencies import adding
from common import agencies
from common.agencies import Agency
from common.database import why_away

log = logging.getLogger("tongbu.agencies")
BEHIND = "本机关的数据正在升级，请稍后再来。"
UNFIT = "本机关的系统需要管理员处理，暂时不能使用。"
# Names of what this process found in order: that is told from the database once, and holds until the process ends.
_fit: set[str] = set()
_said: set[str] = set()
_leaves: list[tuple[str, str]] = []
_types: dict[tuple[str, str], int] = {}


def refusal(agency: Agency) -> str:
    """Return why the agency cannot be served now, in words for whoever asks for a page, or ""; inside its door."""
    if agency.key in _fit:
        return ""
    if missing := missing_migrations():
        log.warning("the database is behind: %s.%s has not run", *missing[0])
        return BEHIND
    if found := problem():
        log.error("not served: %s", found)
        return UNFIT
    _fit.add(agency.key)
    return ""


def say_fault(agency: Agency) -> None:
    """Log once in a process what is wrong with the keys of an agency: its pages and tasks come by many times a minute."""
    if agency.key not in _said:
        _said.add(agency.key)
        log.error("not served: %s", agency.fault)


def forget() -> None:
    """Look at every agency anew."""
    _fit.clear()
    _said.clear()
    _types.clear()


def missing_migrations() -> list[tuple[str, str]]:
    """Return the last migrations of the apps that have not run here; one statement. One that is ahead of the code misses none."""
    if not _leaves:
        _leaves.extend(sorted(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()))
    applied = MigrationRecorder(connection).applied_migrations()
    return [node for node in _leaves if node not in applied]


def problem() -> str:
    """Return what makes the agency unfit, one sentence, or ""; writes the canaries of keys that are new."""
    return (
        type_problem() or key_check.keep_canaries() or ("" if settings.DEMO or settings.DEBUG else unfit_for_service())
    )


def type_problem() -> str:
    """Return where ids of content types differ from the agencies before: Django keeps them for the process, not the database.

    A type that only one of them has is no difference: that one is ahead, or has a type of an earlier version.
    """
    mine = {(app, model): pk for pk, app, model in ContentType.objects.values_list("pk", "app_label", "model")}
    names = {pk: name for name, pk in _types.items()}
    for name, pk in mine.items():
        if _types.get(name, pk) != pk or names.get(pk, name) != name:
            return (
                f"content type {pk} is {'.'.join(name)} here and not in the other agencies; clone it from the template. "
                "内容类型的编号与其他机关不同，须从模板库重建。"
            )
    _types.update(mine)
    return ""


def all_problems() -> list[str]:
    """Look at every agency that is not closed, from outside; returns a sentence for each that may not be served as it is."""
    return _of_each(_first_problem, unreachable=True)


def differing_types() -> list[str]:
    """Return a sentence for each agency whose content types differ: with them a process would write under wrong types."""
    return _of_each(type_problem, unreachable=False)


def _first_problem() -> str:
    missing = missing_migrations()
    return f"未执行迁移 {'.'.join(missing[0])}" if missing else problem()


def _of_each(asked: Callable[[], str], *, unreachable: bool) -> list[str]:
    """Ask in each agency; the template is the measure of content types, or whichever comes first."""
    found = []
    forget()
    try:
        if settings.AGENCY_TEMPLATE:
            with agencies.entered(adding.of_template()):
                type_problem()
    except Exception as error:  # away: the agencies are compared with each other
        log.warning("the template could not be looked at (%s)", type(error).__name__)
    for agency in agencies.every(agencies.ACTIVE, agencies.READ_ONLY):
        if agency.fault:
            found += [agency.fault] if unreachable else []
            continue
        try:
            with agencies.entered(agency.key):
                said = asked()
        except Exception as error:  # away, or a role that may not enter: its own answer says so
            log.warning("%s could not be looked at (%s)", agency.key, type(error).__name__)
            said = f"数据库不可用（{why_away(error)}）" if unreachable else ""
        if said:
            found.append(f"{agency}：{said}")
    agencies.close_all()
    return found
