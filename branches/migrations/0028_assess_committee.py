"""The Party group's secretary gives the committee's own manual scores: a right of its own, and its grants for those appointed."""

from django.db import migrations

RIGHT, NAME, ROLE = "assess_committee", "评定机关党委", "party_group_secretary"


def grant(apps, schema_editor):
    grants = apps.get_model("branches", "OrganisationGrant").objects
    rows = apps.get_model("branches", "Appointment").objects.filter(role=ROLE, organisation__isnull=False)
    appointments = list(rows)
    if not appointments:
        return
    # The permission itself is made after all migrations, which is too late for the grants.
    place, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="branches", model="organisation"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=place, codename=RIGHT, defaults={"name": NAME}
    )
    for row in appointments:
        grants.get_or_create(
            user_id=row.user_id,
            permission=permission,
            content_object_id=row.organisation_id,
            appointment=row,
            defaults={"starts": row.starts, "ends": row.ends, "below": True},
        )


def take_back(apps, schema_editor):
    apps.get_model("branches", "OrganisationGrant").objects.filter(permission__codename=RIGHT).delete()


class Migration(migrations.Migration):
    dependencies = [("branches", "0027_signs_of_queues")]

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
                    ("assess_committee", "评定机关党委"),
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
