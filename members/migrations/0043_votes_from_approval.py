"""Whoever became a full member by a case votes from the day of its approval; until here from the end of his probation, months before."""

from datetime import timedelta

from django.db import migrations, models


def judged_anew(apps, member, first, last):
    """Leave the marks by which the meetings of these days are judged anew: he was counted among those with a vote."""
    ChangeMark = apps.get_model('branches', 'ChangeMark')
    Membership = apps.get_model('members', 'Membership')
    for stay in Membership.objects.filter(member=member, starts__lte=last).exclude(ends__lt=first):
        begin, end = max(first, stay.starts), min(last, stay.ends or last)
        for subject in ('membership', 'roster'):
            ChangeMark.objects.create(organisation_id=stay.organisation_id, first_day=begin, last_day=end, subject=subject)


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
        judged_anew(apps, member, member.full_on, step.day - timedelta(days=1))


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
