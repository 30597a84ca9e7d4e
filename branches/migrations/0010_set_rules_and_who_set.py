"""The right to set the agency's rules, its grants for the secretaries already appointed, and who set a value.

Grants are derived from the roles when an appointment is made; a right that a role gains later is derived here.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHT, NAME, ROLE = "set_rules", "设定本机关规则", "committee_secretary"


def grant(apps, schema_editor):
    appointments = list(apps.get_model("branches", "Appointment").objects.filter(role=ROLE, organisation__isnull=False))
    if not appointments:
        return
    # The permission itself is made after all migrations, which is too late for the grants.
    place, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="branches", model="organisation"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=place, codename=RIGHT, defaults={"name": NAME}
    )
    grants = apps.get_model("branches", "OrganisationGrant").objects
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

    dependencies = [
        ("branches", "0009_second_factor"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

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
        migrations.AddField(
            model_name="setting",
            name="set_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="设定人",
            ),
        ),
        migrations.RunPython(grant, take_back, elidable=True),
    ]
