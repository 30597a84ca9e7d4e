"""Posts and secretaries of a year, day by day and person by person: the reference of the measures."""

from datetime import date, timedelta

from branches.settings import dated
from members.activities.models import ATTENDING, ActivityJudgement, Attendance
from members.education.hours import study_hours
from members.roster.models.members import Member
from members.roster.models.posts import COMMITTEE_SEATS, Post
from members.roster.models.standing import PARTY_STAGES, StageSpell

DAY = timedelta(days=1)
ELECTED = ("committee", "general_branch", "branch")


def holds(post, day):
    return (post.starts is None or post.starts <= day) and (post.ends is None or post.ends >= day)


def in_party(member, day):
    return any(
        (spell.starts is None or spell.starts <= day) and (spell.ends is None or spell.ends >= day)
        for spell in StageSpell.objects.filter(member=member, stage__in=PARTY_STAGES)
    )


def months_held(member, posts, year):
    """In how many months he held one of these posts, as a Party member, on half of the days at least."""
    months = 0
    for month in range(1, 13):
        day, days, held = date(year, month, 1), 0, 0
        while day.month == month:
            days += 1
            exempt = member.exempt_from is not None and member.exempt_from <= day
            held += any(holds(post, day) for post in posts) and in_party(member, day) and not exempt
            day += DAY
        months += 2 * held >= days
    return months


def attended(member, year):
    """The days of the classes that he attended: records of training that count where they were held, and were accepted or above."""
    found = []
    for row in Attendance.objects.filter(member=member, state__in=ATTENDING).select_related("activity__organisation"):
        record = row.activity
        judged = ActivityJudgement.objects.filter(
            activity=record, organisation=record.organisation_id, kind="training", valid=True
        )
        vouched = record.state == "accepted" or (
            record.state == "submitted" and record.organisation.kind in ("party_group", "committee")
        )
        if vouched and judged.exists() and (year is None or record.day.year == year):
            found.append(record.day)
    return sorted(found)


def posts_of_year(year, as_of):
    """{organisation id: (met, owed)} of the posts of a year."""
    whole = dated.whole("hours_post", date(year, 1, 1))
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = {}
    for member in Member.objects.all():
        held = list(Post.objects.filter(member=member, kind__in=COMMITTEE_SEATS).select_related("organisation"))
        for place in {post.organisation_id for post in held if post.organisation.kind in ELECTED}:
            mine = [post for post in held if post.organisation_id == place]
            months = months_held(member, mine, year)
            owed = -(-whole * months // 12)
            if not owed:
                continue
            minutes, _ = study_hours(member, first, last, min(as_of, last))
            needs = any(holds(post, last) for post in mine)
            met = minutes >= 60 * owed and (not needs or bool(attended(member, year)))
            before = found.get(place, (0, 0))
            found[place] = (before[0] + met, before[1] + 1)
    return found
