"""End an agency: only read, then closed, then dropped with a backup in hand."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

from branches.agencies import adding, file_edits
from branches.audit.models import AuditEntry
from branches.backups import manifest as manifests
from branches.backups.errors import BackupError
from branches.backups.manifest import Manifest
from branches.places.models.organisations import Organisation
from common import agencies
from common.agencies import CLOSED, Agency
from common.agencies_file import AgenciesError
from common.text import quoted


def entries_after(manifest: Manifest) -> int:
    """Return how many entries the trail has that are not in a backup; what backups themselves left since is not counted.

    Nothing is ever taken out of a trail, so numbers say it. How far it is sealed does not: an entry waits for its seal while anybody
    on the server is still writing.
    """
    kept = int(manifest.tables[AuditEntry._meta.label_lower]["rows"])
    own = AuditEntry.objects.filter(verb="backup", at__gte=datetime.fromisoformat(manifest.made)).count()
    return max(0, AuditEntry.objects.count() - kept - own)


def agency_drop(*, file: Path, agency: Agency, backup: Path) -> None:
    """Drop database and role of a closed agency and its section of agencies.toml; its keys and attachments stay where they are.

    backup: one of this agency, whole, made with its keys after its last entry. Raises AgenciesError: nothing was dropped then.
    """
    file_edits.refuse_unwritable(file)
    if agency.state != CLOSED:
        raise AgenciesError(f"机关 {agency} 尚未停用；请先 manage.py set_agency {agency.key} closed，并重启各服务。")
    if agency.database["NAME"] != agency.database["USER"]:
        raise AgenciesError("数据库与角色不同名，不是由 add_agency 建立的；请由数据库管理员删除。")
    try:
        with agencies.entered(agency):
            root = Organisation.objects.filter(parent=None).order_by("pk").values_list("name", flat=True).first() or ""
            manifest = manifests.read(backup)
            manifests.check(backup, manifest)
            after = entries_after(manifest)
    except BackupError as error:
        raise AgenciesError(str(error)) from None
    finally:
        agencies.close_all()
    if manifest.agency != root:
        raise AgenciesError(f"这份备份是{quoted(manifest.agency)}的，不是 {agency} 的。")
    if after:
        raise AgenciesError(
            f"这份备份之后又有 {after} 条审计记录，删除后就没有了；请先再备份：manage.py --agency {agency.key} backup DIR。"
        )
    with closing(adding.admin()) as raw:
        adding.drop(raw, agency.database["NAME"])
    file_edits.remove(file, agency.key)
