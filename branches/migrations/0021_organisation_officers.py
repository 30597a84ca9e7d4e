"""The organisation officer of a branch (组织委员): a branch officer who also keeps the roster."""

from django.db import migrations, models

ROLE, BEFORE = "organisation_officer", "branch_officer"


def back_to_officers(apps, schema_editor):
    """Going back, he is a branch officer like the others and keeps no roster: the version before does not know the role."""
    appointments = apps.get_model("branches", "Appointment").objects
    rows = appointments.filter(role=ROLE)
    grants = apps.get_model("branches", "OrganisationGrant").objects
    grants.filter(appointment__in=rows.values("pk"), permission__codename="manage_members").delete()
    for row in rows:
        same = appointments.filter(user=row.user_id, organisation=row.organisation_id, role=BEFORE, ends=None)
        if row.ends is None and same.exists():
            row.delete()
        else:
            row.role = BEFORE
            row.save(update_fields=["role"])


class Migration(migrations.Migration):

    dependencies = [
        ("branches", "0020_usage_counts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="role",
            field=models.CharField(choices=[('group_leader', '党小组组长'), ('branch_officer', '支部委员'), ('organisation_officer', '组织委员'), ('branch_secretary', '支部书记'), ('general_branch_secretary', '党总支书记'), ('committee_staff', '机关党委专职党务干部'), ('committee_secretary', '机关党委书记'), ('discipline_officer', '机关纪委'), ('leader', '党组成员'), ('party_group_secretary', '党组书记'), ('assistant', '代办人'), ('system_administrator', '系统管理员'), ('security_auditor', '安全审计员')], max_length=30, verbose_name="角色"),
        ),
        migrations.RunPython(migrations.RunPython.noop, back_to_officers),
    ]
