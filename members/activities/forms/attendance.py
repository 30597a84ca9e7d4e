"""Attendance tiles of a form: who is shown in which state, and what a post says of them."""

from django.core.exceptions import ValidationError

from common.periods import YEAR, Period
from members.activities.entry_rules import NOT_EXEMPT, may_be_exempt
from members.activities.forms.fields import TextField
from members.activities.models import ActivityKindCode, AttendanceState
from members.activities.selectors.counting import talks_had
from members.activities.selectors.rosters import posts_by_member
from members.roster.models.members import Member
from members.roster.namesakes import called

STATES = frozenset(AttendanceState.values)
MISMATCH = "考勤名单与所选类型、日期的应到人员不符，请核对。"


class TilesMixin:
    """For a form with `organisation`, `day`, `people` {id: Member}, `picks`, `is_talk`, `expected()`, `kept_attendance`.

    The inputs are `att-{member id}` (a state) and `why-{member id}` (a reason); messages stand at `attendance_errors`.
    """

    _tiles = None

    def tiles(self):
        """Return the tiles: {"pk", "name", "note", "value", "reason", "voter", "exempt"}, the state as typed or saved."""
        if self._tiles is None:
            posts = posts_by_member(self.organisation, self.day) if self.organisation else {}
            people = self.expected()
            names = called(people)
            self._tiles = [self._tile(member, posts, names[member.pk]) for member in people]
            if self.picks:
                self._tiles = self._partners(self._tiles)
        return self._tiles

    def _partners(self, tiles):
        """Leave out who talks, unless he is picked already (then a sentence says so), and mark who had a talk."""
        chair = str(self["chair"].value() or "")
        if self.is_talk:
            year = Period.containing(YEAR, self.day)
            people = Member.objects.filter(pk__in=[tile["pk"] for tile in tiles]).values("pk")
            had = talks_had(year.first, year.last, [ActivityKindCode.TALK], people)
            for tile in tiles:
                if tile["pk"] in had:
                    tile["note"] = "　".join(filter(None, [tile["note"], "已谈"]))
        return [tile for tile in tiles if str(tile["pk"]) != chair or tile["value"] == AttendanceState.PRESENT]

    def _tile(self, member, posts, name):
        """name: as it stands beside the others, told apart from another of it."""
        value, reason = self.kept_attendance.get(member.pk, ("", ""))
        if self.is_bound:
            value = self.data.get(f"att-{member.pk}", "")
            reason = self.data.get(f"why-{member.pk}", "")
        if value not in STATES and not self.picks:
            value = "exempt" if member.exempt_on(self.day) else "not_recorded"
        votes = member.votes_on(self.day)
        note = posts.get(member.pk, "") or ("" if votes else self._without_vote(member))
        return {
            "pk": member.pk,
            "name": name,
            "note": note.removesuffix("委员") or note,
            "value": value,
            "reason": reason,
            "voter": "1" if votes else "",
            "exempt": "1" if self._may_be_exempt(member) else "",
        }

    def _without_vote(self, member):
        """Why somebody has no vote: on probation, no member yet (of a talk), or kept under watch."""
        if member.probationary_on(self.day):
            return "预备"
        return "无表决权" if member.joined_on and member.joined_on <= self.day else member.get_stage_display()

    def clean_tiles(self):
        """Return {member id: (state, reason)} of the post; every expected member is in it, except of a talk.

        A person who is not expected gets one message, whether he exists elsewhere or not at all.
        """
        wanted = {str(member.pk): member for member in self.expected()}
        known = {str(pk) for pk in self.people}
        found = {}
        for name in list(self.data):
            pk, state = name[4:], self.data.get(name)
            reason = self.data.get(f"why-{pk}", "")
            if not name.startswith("att-"):
                continue
            if pk not in wanted:
                # One left over from another kind or day, of whom nothing was said, is no mistake.
                if pk in known and state == AttendanceState.NOT_RECORDED and not reason:
                    continue
                self.add_error("attendance_errors", MISMATCH)
                return {}
            if state not in STATES:
                self.add_error("attendance_errors", "考勤状态不正确，请重新选择。")
                return {}
            if state == AttendanceState.EXEMPT and not self._may_be_exempt(wanted[pk]):
                self.add_error("attendance_errors", f"{wanted[pk].name}{NOT_EXEMPT}")
                return {}
            found[wanted[pk].pk] = (str(state), self._reason(wanted[pk], state, reason))
        if self.picks:
            return {pk: row for pk, row in found.items() if row[0] != AttendanceState.NOT_RECORDED}
        return {pk: found.get(pk, (AttendanceState.NOT_RECORDED.value, "")) for pk in (m.pk for m in wanted.values())}

    def _may_be_exempt(self, member):
        return may_be_exempt(member, self.day, self.kept_attendance)

    def _reason(self, member, state, typed):
        if state in (AttendanceState.PRESENT, AttendanceState.ONLINE):
            return ""
        try:
            return TextField(max_length=100, required=False).clean(typed)
        except ValidationError as error:
            self.add_error("attendance_errors", f"{member.name}的原因：{''.join(error.messages)}")
            return ""
