"""What stood in a column of its own becomes dated rows: stages from the dates of joining, standings from the words of ledgers.

Nothing of what was held is judged otherwise by it: whoever was noted as gone leaves the rosters with the day of the upgrade.
"""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

LOT = 2000
PARTY = ('probationary', 'full')
GONE = {'已转出': 'transferred', '已去世': 'deceased', '已出党': 'unsaid'}
STATES = {'停止党籍': 'suspended', '失去联系': 'lost'}


def spells_of(stage, joined, full):
    """Yield (stage, first day, last day) as members/roster/services/stages.py keeps them."""
    if joined is None:
        if stage not in PARTY:
            yield stage, None, None
    elif full is None:
        yield 'probationary', joined, None
    else:
        if full > joined:
            yield 'probationary', joined, full - timedelta(days=1)
        yield 'full', full, None


def date_stages(apps, schema_editor):
    Member, Spell = apps.get_model('members', 'Member'), apps.get_model('members', 'StageSpell')
    lot = []
    for pk, *said in Member.objects.order_by('pk').values_list('pk', 'stage', 'joined_on', 'full_on').iterator(LOT):
        lot += [Spell(member_id=pk, stage=stage, starts=first, ends=last) for stage, first, last in spells_of(*said)]
        if len(lot) >= LOT:
            Spell.objects.bulk_create(lot)
            lot = []
    Spell.objects.bulk_create(lot)


def date_standings(apps, schema_editor):
    Member, Status = apps.get_model('members', 'Member'), apps.get_model('members', 'PartyStatus')
    today = timezone.localdate()
    rows = Member.objects.exclude(status__in=['正常', '']).order_by('pk')
    for member in rows.only('pk', 'status', 'left_on'):
        if member.status in GONE:
            Status.objects.create(
                member=member, state='left', ground=GONE[member.status], starts=member.left_on or today
            )
            end_all_of(apps, member, today)
        elif member.status in STATES:
            Status.objects.create(member=member, state=STATES[member.status], starts=today)
            for stay in apps.get_model('members', 'Membership').objects.filter(member=member, ends__isnull=True):
                mark(apps, stay.organisation_id, today, ('membership', 'roster'))
        else:
            # A word of somebody's own says how he is kept and changes nothing.
            Status.objects.create(member=member, state='normal', ground=member.status[:40], starts=today)


def end_all_of(apps, member, today):
    Membership, Post = apps.get_model('members', 'Membership'), apps.get_model('members', 'Post')
    for stay in Membership.objects.filter(member=member, ends__isnull=True):
        stay.ends = max(stay.starts, today)
        stay.save(update_fields=['ends'])
        mark(apps, stay.organisation_id, today, ('membership', 'roster'))
    for post in Post.objects.filter(member=member, ends__isnull=True):
        post.ends = max(post.starts or today, today)
        post.save(update_fields=['ends'])
        mark(apps, post.organisation_id, today, ('post', 'roster'))


def mark(apps, place, today, subjects):
    Mark = apps.get_model('branches', 'ChangeMark')
    for subject in subjects:
        Mark.objects.create(organisation_id=place, first_day=today, last_day=today, subject=subject)


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0029_facts_by_thing'),
        ('members', '0028_standing_and_transfers'),
    ]

    operations = [
        migrations.RunPython(date_stages, migrations.RunPython.noop),
        migrations.RunPython(date_standings, migrations.RunPython.noop),
    ]
