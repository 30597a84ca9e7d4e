"""What the holders of committee seats owe of a year's hours and classes: a row for each person at each organisation.

The row says whether he has them, never how many: hours of one person are read by himself, his secretary and who keeps his roster.
"""

from collections.abc import Iterator

from members.cadres.selectors.posts import PostYear
from members.education.models import StudyState
from responsibilities.requirements.gathered import Asked
from responsibilities.requirements.keys import person_key
from responsibilities.requirements.reckoning import Reckoning
from responsibilities.requirements.requirement import Requirement, not_applicable


def post_rows(data: Reckoning, one: Asked) -> Iterator[Requirement]:
    """Yield the rows of a rule about hours of posts, of the places that it stands at."""
    rule = one.edition or one.row
    hours = data.number(rule, one.period)
    for post in data.hours.posts(one.period, hours):
        place = data.places.get(post.place)
        if place is None or not data.stands(place, one.row, one.period):
            continue
        row = data.new_row(place, one)
        row.person, row.person_name, row.expected = person_key(post.member), post.name, 1
        history = data.before_start(place, one.period, row.due)
        if one.edition is None or history:
            yield not_applicable(row, history or "这条规则当期尚未施行")
        else:
            yield data.settle(row, place, _filled(row, post, hours))


def _filled(row: Requirement, post: PostYear, hours: int) -> str:
    """Count what a post has done; return why nothing is owed, "" otherwise."""
    if not hours:
        return "本机关设定为不要求"
    if not post.owed:
        return "当年任职不足半月，或没有应计学时的月份"
    row.on_time = post.state == StudyState.MET
    row.unknown = post.state == StudyState.UNKNOWN
    row.records = list(post.classes)
    return ""
