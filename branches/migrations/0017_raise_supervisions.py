"""Raising supervisions becomes a right of its own, implied by assigning work; its grants for those already appointed.

The discipline officer held `assign_work` for supervisions only; now he holds what he uses. Grants are derived from the
roles when an appointment is made; a right that a role gains or loses later is derived here.
"""

from django.db import migrations

RIGHT, NAME, BEFORE = "raise_supervisions", "督查督办", "assign_work"
ROLES = ("committee_staff", "committee_secretary", "discipline_officer", "party_group_secretary")


def grant(apps, schema_editor):
    grants = apps.get_model("branches", "OrganisationGrant").objects
    grants.filter(permission__codename=BEFORE, appointment__role="discipline_officer").delete()
    appointments = list(
        apps.get_model("branches", "Appointment").objects.filter(role__in=ROLES, organisation__isnull=False)
    )
    if not appointments:
        return
    permission = _permission(apps, RIGHT, NAME)
    for row in appointments:
        _give(grants, row, permission)


def take_back(apps, schema_editor):
    grants = apps.get_model("branches", "OrganisationGrant").objects
    grants.filter(permission__codename=RIGHT).delete()
    for row in apps.get_model("branches", "Appointment").objects.filter(role="discipline_officer"):
        _give(grants, row, _permission(apps, BEFORE, "部署工作"))


def _permission(apps, codename, name):
    # The permission itself is made after all migrations, which is too late for the grants.
    place, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="branches", model="organisation"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=place, codename=codename, defaults={"name": name}
    )
    return permission


def _give(grants, row, permission):
    grants.get_or_create(
        user_id=row.user_id,
        permission=permission,
        content_object_id=row.organisation_id,
        appointment=row,
        defaults={"starts": row.starts, "ends": row.ends, "below": True},
    )


class Migration(migrations.Migration):

    dependencies = [("branches", "0016_post_on_slips")]

    operations = [
        migrations.AlterModelOptions(
            name="organisation",
            options={
                "base_manager_name": "objects",
                "default_permissions": (),
                "permissions": [
                    ("view_organisation", "查看组织及其记录"),
                    ("record_activity", "登记活动"),
                    ("import_records", "导入台账"),
                    ("manage_members", "管理党员名册"),
                    ("view_identity", "查看证件号码和电话"),
                    ("report_duties", "报告责任落实"),
                    ("review_records", "审核下级记录"),
                    ("assign_work", "部署工作"),
                    ("raise_supervisions", "督查督办"),
                    ("manage_organisation", "管理组织"),
                    ("appoint", "任免授权"),
                    ("assess", "考核评分"),
                    ("set_rules", "设定本机关规则"),
                    ("publish_results", "发布结果"),
                    ("view_reports", "查看结果和报告"),
                    ("object_result", "对本组织结果提出异议"),
                ],
                "verbose_name": "党组织",
                "verbose_name_plural": "党组织",
            },
        ),
        migrations.RunPython(grant, take_back, elidable=True),
    ]
