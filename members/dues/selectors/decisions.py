"""Which recorded meetings may have decided on dues: their use, or that somebody pays less."""

from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from members.activities.models import ActivityKindCode as Code
from members.activities.selectors.meetings import meeting_among, meetings_offered

_DECIDE = (Code.ASSEMBLY, Code.COMMITTEE_MEETING, Code.COMMITTEE_PLENARY, Code.DUES)
_MOST = 40


def meetings_deciding(place: Organisation) -> list[tuple[str, str]]:
    """Return [(id, words)] of what an organisation held and may have decided in, the latest first."""
    return meetings_offered([place.pk], _DECIDE, most=_MOST)


def meeting_of(place: Organisation, pk: str) -> Activity | None:
    """Return the meeting that was chosen out of `meetings_deciding`; None where none was."""
    return meeting_among(meetings_deciding(place), pk)
