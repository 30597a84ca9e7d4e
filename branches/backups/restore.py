"""Put a backup in the place of the database: filled and verified beside it, adopted when everything holds."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.db.utils import DataError, IntegrityError

from branches import audit
from branches.access.demo import unfit_for_service
from branches.access.services import key_check
from branches.audit import seal
from branches.audit.anchors import Anchor
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.verify import verify
from branches.backups import manifest as manifests
from branches.backups import rows, type_ids
from branches.backups.beside import beside, held
from branches.backups.errors import BackupError
from branches.backups.make import anchor_lines, copy
from branches.backups.manifest import ANCHORS, Manifest, sha256_of
from branches.jobs.models import Heartbeat
from branches.places import tree
from common import agencies, clock
from common.operator import Actor
from common.text import quoted

# Seconds within which a process that gave a sign of life counts as running.
_ALIVE = timedelta(seconds=90)
_PROCESSES = Q(name="beat") | Q(name__startswith="worker")
Anchors = Callable[[], Iterable[Anchor]]


@dataclass
class Restored:
    """rows, files: how many. before: where the former database is now, "" where there was none. said: what to know."""

    rows: int
    files: int
    head: str
    before: str = ""
    said: list[str] = field(default_factory=list)


def restore(
    *,
    by: Actor,
    folder: Path,
    anchors: Anchors,
    replace: str | None = None,
    set_anchors_aside: bool = False,
    drill: bool = False,
) -> Restored:
    """Restore the backup in `folder`, and verify counts, tree, trail, keys and attachments before anything is replaced.

    anchors: heads that upper rooms keep (published reports). replace: the agency's name, where the database holds one.
    set_anchors_aside: AUDIT_ANCHOR_FILE is of another chain, or of a later time than the backup; it is renamed and begun anew
    from the backup's lines. drill: throw the restored database away again. Raises BackupError: nothing was changed then.
    """
    manifest = manifests.read(folder)
    manifests.check(folder, manifest)
    if not drill:
        _refuse_what_is_there(replace)
    lines = _lines_to_be(folder, manifest, set_anchors_aside or drill)
    targets = _targets(manifest)
    # Of many agencies the ids are those of the database that is replaced, which was cloned from the template.
    types = type_ids.present() if agencies.many() else None
    with beside() as other:
        try:
            _fill(folder, manifest, targets)
            if types:
                type_ids.renumber(types)
        except (IntegrityError, DataError, ValueError, TypeError) as error:
            raise BackupError(f"备份的内容不能写入数据库（{str(error).splitlines()[0][:200]}）。") from None
        _verify(manifest, anchors, lines)
        done = Restored(manifest.rows, manifest.files, manifest.head)
        if manifest.missing:
            done.said.append(f"备份时已有 {len(manifest.missing)} 个附件缺失或被改动，恢复后仍然缺失。")
        if drill:
            return done
        _note(by, folder, manifest)
        laid = _lay_attached(folder)
        try:
            done.before = other.adopt()
        except BaseException:
            for path in laid:
                path.unlink(missing_ok=True)
            raise
    _anchors_anew(lines, done)
    return done


def _refuse_what_is_there(replace: str | None) -> None:
    name = held()
    if name and replace != name:
        raise BackupError(
            f"数据库中已有{quoted(name)}的数据。要用备份替换它，请加 --replace {name}；现有数据会另存，不会删除。"
        )
    if not name:
        return
    if agencies.many():
        # Web and worker serve others too and go on: whether they have let go of this one, its database knows.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0]:
                raise BackupError(
                    "本机关的数据库还有别的连接；请先用 set_agency 设为 closed，重启 web、worker 和 beat，再恢复。"
                )
        return
    try:
        alive = list(Heartbeat.objects.filter(_PROCESSES, at__gt=clock.real_now() - _ALIVE))
    except DatabaseError:
        return
    if alive:
        raise BackupError("worker 或 beat 还在运行；请先停止 web、worker 和 beat，一分半钟后再恢复。")


def _lines_to_be(folder: Path, manifest: Manifest, aside: bool) -> list[str]:
    """Return the lines that the file of anchors shall have; raises BackupError where the present ones forbid the restore."""
    kept = (folder / ANCHORS).read_text(encoding="utf-8").splitlines()
    present = [] if aside else anchor_lines()
    position = int(manifest.head.partition(":")[0])
    later = [line for line in present if int(line.split()[1].partition(":")[0]) > position]
    if later:
        raise BackupError(
            f"锚点文件 {agencies.setting('AUDIT_ANCHOR_FILE')} 有 {len(later)} 行晚于这份备份（到 {later[-1].split()[0]}）："
            "其后写入的内容会丢失。确认要回到这份备份，或换到另一个机关的数据，请加 --set-anchors-aside。"
        )
    return present or kept


def _targets(manifest: Manifest) -> list[tuple[str, str]]:
    """Return the last migrations of each app that had run when the backup was made; raises BackupError for unknown ones."""
    graph = MigrationExecutor(None).loader.graph
    ran = {(app, name) for app, name in manifest.migrations}
    unknown = sorted(ran - graph.nodes.keys())
    if unknown:
        raise BackupError(
            f"备份是较新版本做的（有本版本没有的迁移 {unknown[0][0]}.{unknown[0][1]}）；请先升级程序，再恢复。"
        )
    return sorted(
        node
        for node in ran
        if not any(child.key in ran and child.key[0] == node[0] for child in graph.node_map[node].children)
    )


def _fill(folder: Path, manifest: Manifest, targets: list[tuple[str, str]]) -> None:
    """Make the tables as they were, fill them, count, and migrate forward to the version of today."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    state = executor.loader.project_state(targets).apps
    models = [state.get_model(label) for label in manifest.tables]
    with transaction.atomic():
        with connection.cursor() as cursor:
            # What migrations put into fresh tables is in the backup too. Of the trail nothing: its guards are not yet there.
            for model in models:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # nosec B608
        for model in models:
            rows.load(model, folder / manifest.tables[model._meta.label_lower]["file"])
    rows.reset_sequences(models)
    for model in models:
        wanted = manifest.tables[model._meta.label_lower]["rows"]
        if (found := model._base_manager.count()) != wanted:
            raise BackupError(f"{model._meta.label} 应有 {wanted} 行，恢复出 {found} 行。")
    # Forward where the backup is older; in any case the guards of the trail.
    call_command("migrate", verbosity=0, interactive=False)


def _verify(manifest: Manifest, anchors: Anchors, lines: list[str]) -> None:
    if problems := tree.check_tree():
        raise BackupError(f"恢复出的组织树不完整：{problems[0]}")
    if problem := key_check.problem() or (
        "" if key_check.first_values_fit() else "FIELD_KEYS do not open the numbers."
    ):
        raise BackupError(f"本机的密钥与备份不符：{problem}")
    if not settings.RELAXED and (problem := unfit_for_service()):
        raise BackupError(f"备份不能投入使用：{problem}")
    _seal()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".anchors") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        head = "" if manifest.head.startswith("0:") else manifest.head
        verdict = verify(head, anchors(), Path(file.name))
    if not verdict.ok:
        raise BackupError(f"恢复出的审计记录没有通过核验：{verdict.message}。")


def _seal(seconds: float = 60) -> None:
    """Seal what was not sealed yet when the backup was made; PostgreSQL lets older transactions of others end first."""
    until = time.monotonic() + seconds
    while True:
        seal.seal_all()
        if not AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id")).exists():
            return
        if time.monotonic() > until:
            return
        time.sleep(0.2)


def _note(by: Actor, folder: Path, manifest: Manifest) -> None:
    """Leave an entry in the restored trail: what was written after the backup is gone, and this says so."""
    with transaction.atomic():
        note = f"{folder.name}，{manifest.made} 所做，链头 {manifest.head}"
        audit.record(by=by, verb="restore", obj=folder.name, note=note)


def _lay_attached(folder: Path) -> list[Path]:
    """Put attachments that are missing or altered into MEDIA_ROOT; returns the new ones. Whatever else lies there stays."""
    root, laid = Path(agencies.setting("MEDIA_ROOT")), []
    try:
        for name, _, digest in manifests.attached(folder):
            target = root / name
            if target.is_file() and sha256_of(target) == digest:
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = target.with_name(f".{target.name}.part")
            new.unlink(missing_ok=True)
            _, found = copy(folder / "files" / name, new)
            if found != digest:
                raise BackupError(f"附件 {name} 复制后与清单不符。")
            there = target.exists()
            os.replace(new, target)
            if not there:
                laid.append(target)
    except OSError as error:
        for path in laid:
            path.unlink(missing_ok=True)
        raise BackupError(f"附件不能写入 {root}（{error.strerror}）。") from None
    return laid


def _anchors_anew(lines: list[str], done: Restored) -> None:
    """Let the file of anchors hold these lines; what stood in it before is kept beside it."""
    path = Path(agencies.setting("AUDIT_ANCHOR_FILE"))
    try:
        if anchor_lines() == lines:
            return
        if path.exists():
            kept = path.with_name(f"{path.name}.before-restore-{clock.real_now():%Y%m%d_%H%M%S}")
            shutil.copy2(path, kept)
            done.said.append(f"原来的锚点文件保存为 {kept}。")
        new = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        os.replace(new, path)
    except (OSError, BackupError) as error:
        done.said.append(f"锚点文件 {path} 没有换成备份的（{error}）；请移开它，把备份中的 anchors 放到该处。")
