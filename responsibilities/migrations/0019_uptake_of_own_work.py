"""Own work of branches weighs once somebody above has taken it in; what stood before goes on weighing as it did."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def taken_as_it_stood(apps, schema_editor):
    items = apps.get_model("responsibilities", "WorkItem").objects
    items.filter(organisation__kind__in=("branch", "general_branch")).update(uptake="taken")


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0029_facts_by_thing'),
        ('responsibilities', '0018_party_groups_duties_rest_on_their_requirements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='workitem',
            name='uptake',
            field=models.CharField(choices=[('arranged', '上级部署'), ('waiting', '待上级纳入'), ('taken', '上级已纳入'), ('declined', '上级不纳入')], default='arranged', editable=False, max_length=10, verbose_name='是否纳入'),
        ),
        migrations.AddField(
            model_name='workitem',
            name='uptake_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='workitem',
            name='uptake_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workitem',
            name='uptake_reason',
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name='不纳入的原因'),
        ),
        migrations.RunPython(taken_as_it_stood, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('uptake', 'waiting')), fields=['organisation'], name='work_to_take_in'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('uptake__in', ['arranged', 'waiting', 'taken', 'declined'])), name='work_uptake_known'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('uptake', 'declined'), _negated=True), models.Q(('uptake_reason', ''), _negated=True), _connector='OR'), name='work_declined_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(('uptake_by__isnull', True), ('author__isnull', True), models.Q(('uptake_by', models.F('author')), _negated=True), _connector='OR'), name='work_taken_in_by_another'),
        ),
    ]
