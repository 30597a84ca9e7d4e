"""Whoever became a full member by a case votes from the day of its approval; until here from the end of his probation, months before."""

from datetime import timedelta

from django.db import migrations, models


def from_approval(apps, schema_editor):
    CaseStep = apps.get_model('members', 'CaseStep')
    StageSpell = apps.get_model('members', 'StageSpell')
    rows = CaseStep.objects.filter(
        key='24', result='passed', removed_at__isnull=True, case__outcome='full', case__member__full_on__isnull=False
    )
    for step in rows.select_related('case__member').order_by('day', 'pk'):
        member = step.case.member
        if member.full_on >= step.day:
            continue
        member.votes_from = step.day
        member.save(update_fields=['votes_from'])
        # The later row first: never do two of them begin on one day.
        StageSpell.objects.filter(member=member, stage='full', starts=member.full_on).update(starts=step.day)
        StageSpell.objects.filter(
            member=member, stage='probationary', ends=member.full_on - timedelta(days=1)
        ).update(ends=step.day - timedelta(days=1))


class Migration(migrations.Migration):
    dependencies = [('members', '0042_stages_of_cases')]

    operations = [
        migrations.AddField(
            model_name='member',
            name='votes_from',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='有表决权起'),
        ),
        migrations.RunPython(from_approval, migrations.RunPython.noop),
    ]
