"""`manage.py --agency KEY command …` and `manage.py --all command …`, where one installation serves many agencies."""

import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from common import agencies
from common.agencies import ACTIVE, READ_ONLY, Agency

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
# Migrations that run at once: each holds locks in its own database alone, so processor and disk are the measure.
AT_ONCE = 2
# No agency's key: the database that new ones are cloned from.
TEMPLATE = "template"


def run(argv: list[str]) -> int:
    """Run a command inside one agency, or in each; returns the exit code."""
    import django

    whose, rest = _whose(argv[1:])
    if not rest:
        return _refuse("请在其后写明命令，如 manage.py --agency KEY check_tree。")
    django.setup()
    if not agencies.many():
        return _refuse("没有设置 AGENCIES：本安装只有一个机关，命令不加 --agency 或 --all。")
    if whose is None:
        return _migrate_all(rest[1:]) if rest[0] == "migrate" else _in_each(rest)
    agency = template() if whose == TEMPLATE else {row.key: row for row in agencies.every()}.get(whose)
    if agency is None:
        return _refuse(
            f"agencies.toml 中没有机关 {whose}。" if whose != TEMPLATE else "agencies.toml 中没有 template。"
        )
    return _inside(agency, rest)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _whose(words: list[str]) -> tuple[str | None, list[str]]:
    """Return (key, the command and what follows); the key is None for all."""
    if words[0] == "--all":
        return None, words[1:]
    name, equals, key = words[0].partition("=")
    return (key, words[1:]) if equals else ((words[1:2] or [""])[0], words[2:])


def template() -> Agency | None:
    """Return the template database as an agency without hosts and keys, or None where none is named."""
    from django.conf import settings

    from branches.agencies.adding import of_template

    return of_template() if settings.AGENCY_TEMPLATE else None


def _inside(agency: Agency, words: list[str]) -> int:
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from branches.agencies.adding import settle_type_ids
    from common.database import why_away

    try:
        with agencies.entered(agency):
            if words[0] == "migrate":
                settle_type_ids()
            execute_from_command_line([str(MANAGE), *words])
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except agencies.AgenciesError as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        # One that is away ends no round through all, and where in the program it was missed helps nobody.
        print(
            f"机关 {agency}：数据库不可用（{why_away(error)}）；请检查数据库和 agencies.toml 中的 database。",
            file=sys.stderr,
        )
        return 1
    finally:
        agencies.close_all()
    return 0


def _in_each(words: list[str]) -> int:
    failed = []
    for agency in agencies.every(ACTIVE, READ_ONLY):
        print(f"== {agency}", flush=True)
        if _inside(agency, words):
            failed.append(agency.key)
    if failed:
        print(f"未成功：{'、'.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _migrate_all(words: list[str]) -> int:
    """Migrate the template, then the agencies, two at a time; after the first failure no further one is begun."""
    waiting = ([TEMPLATE] if template() else []) + [agency.key for agency in agencies.every(ACTIVE, READ_ONLY)]
    ended: dict[str, int] = {}
    if waiting[:1] == [TEMPLATE]:
        ended[waiting.pop(0)] = _migrate_one(TEMPLATE, words)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[Future[int], str] = {}
        while running or (waiting and not any(ended.values())):
            while waiting and len(running) < AT_ONCE and not any(ended.values()):
                key = waiting.pop(0)
                running[pool.submit(_migrate_one, key, words)] = key
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                ended[running.pop(done)] = done.result()
    done = "已查看" if {"--plan", "--check"} & set(words) else "已升级"
    for key, code in ended.items():
        print(f"{key}：{done if code == 0 else '失败'}；{version_of(key)}")
    for key in waiting:
        print(f"{key}：未开始；{version_of(key)}")
    return 1 if any(ended.values()) else 0


def _migrate_one(key: str, words: list[str]) -> int:
    print(f"== {key}", flush=True)
    return subprocess.call([sys.executable, str(MANAGE), "--agency", key, "migrate", *words])  # nosec B603


def version_of(key: str) -> str:
    """Return the last migration of each app of ours that has run, in words."""
    from branches.agencies.adding import versions
    from common.database import why_away

    agency = template() if key == TEMPLATE else {row.key: row for row in agencies.every()}[key]
    try:
        with agencies.entered(agency):
            return versions()
    except agencies.AgenciesError as error:
        return str(error)
    except Exception as error:  # a database that is away
        return f"数据库不可用（{why_away(error)}）"
    finally:
        agencies.close_all()
