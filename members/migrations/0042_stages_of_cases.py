"""The stages of who is led by a case begin with the days of its steps; until here they began with the day of typing.

How far somebody is says which steps stand: an activist has 3 behind him, a candidate 8a (before the text of 2026: 8).
"""

from datetime import date, timedelta

from django.db import migrations

PARTY = ('probationary', 'full')
ORDER = ('applicant', 'activist', 'candidate', *PARTY)
NOTICES_SINCE = date(2026, 5, 11)


def begun_of(case, stage, days):
    """Return [(stage, first day or None, day from which it counts)] of the stages before joining, as far as they are known."""
    reached = ORDER.index(stage)
    filed = days.get('8')
    listed = days.get('8a') or (filed if filed is not None and filed < NOTICES_SINCE else None)
    found = [('applicant', case.opened_on, case.opened_on)]
    for name, day in (('activist', days.get('3')), ('candidate', listed)):
        if ORDER.index(name) > reached:
            continue
        if day is not None:
            found.append((name, day, day))
        elif case.taken_over_as == name:
            found.append((name, None, case.taken_over_on))
    return found


def spells_of(begun, joined):
    """Return [(stage, first day, last day)], each to the eve of the next."""
    found, after = [], joined
    for stage, starts, counted in reversed(begun):
        ends = after - timedelta(days=1) if after is not None else None
        if ends is None or counted <= ends:
            found.append((stage, starts, ends))
            after = counted
    return found


def follow_the_steps(apps, schema_editor):
    Case, Step = apps.get_model('members', 'DevelopmentCase'), apps.get_model('members', 'CaseStep')
    Spell = apps.get_model('members', 'StageSpell')
    days = {}
    steps = Step.objects.filter(removed_at__isnull=True, result='passed', key__in=('3', '8', '8a')).order_by('day', 'pk')
    for case, key, day in steps.values_list('case', 'key', 'day'):
        days.setdefault(case, {})[key] = day
    # Of several cases of one person the latest says what he is.
    latest = {case.member_id: case for case in Case.objects.select_related('member').order_by('opened_on', 'pk')}
    for case in latest.values():
        member = case.member
        wanted = spells_of(begun_of(case, member.stage, days.get(case.pk, {})), member.joined_on)
        rows = Spell.objects.filter(member=member).exclude(stage__in=PARTY)
        kept = [row for row in rows if row.ends is None or row.ends >= case.opened_on]
        if {(row.stage, row.starts, row.ends) for row in kept} == set(wanted):
            continue
        Spell.objects.filter(pk__in=[row.pk for row in kept]).delete()
        Spell.objects.bulk_create(Spell(member=member, stage=stage, starts=first, ends=last) for stage, first, last in wanted)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0041_named_lecturers'),
    ]

    operations = [
        migrations.RunPython(follow_the_steps, migrations.RunPython.noop),
    ]
