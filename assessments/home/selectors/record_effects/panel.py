"""One record, many uses: what a record counts for, said by the functions that count it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import cast

from assessments.home.selectors.record_effects.care import care_answered, care_lines
from assessments.home.selectors.record_effects.duties import duties_proved, duty_lines
from assessments.home.selectors.record_effects.effect import Effect
from assessments.home.selectors.record_effects.owed import (
    Recorded,
    attendance_line,
    met_by_people,
    requirement_effects,
    score_line,
)
from assessments.home.selectors.record_effects.stages import Shown, branch_of, host_kinds, sync_lines
from assessments.home.selectors.record_effects.targets import SENT, TYPED, UNSENT, counted_as, target_lines
from branches.access.models import User
from branches.places.models.organisations import Organisation
from common import clock
from common.periods import MONTH, Period
from members.activities.forms.record import ActivityForm
from members.activities.lateness import late_kinds
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    Activity,
    ActivityJudgement,
    AttendanceState,
    BuildingField,
    Way,
)
from members.activities.models.codes import picks
from members.activities.quorum import Quorum, quorum_kept
from members.activities.selectors.natures import with_roster
from members.activities.services.records import RecordData
from responsibilities.work.qualifying import HostKind
from responsibilities.work.selectors.natures import nature_of_typed
from responsibilities.work.selectors.stage_links import linked_points

_LINK = re.compile(r"([sm])([0-9]{1,18})")


def nature_words(form: ActivityForm) -> str:
    """Return 「融合 · 思想建设」 as the system would judge the record of a bound form, "" before a place and a kind are chosen."""
    data = form.record_data()
    if cast(Organisation | None, form.organisation) is None or not data.kinds:
        return ""
    record = form.unsaved()
    keys = [match.groups() for match in _LINK.finditer(form.data.get("links", ""))] if form.is_bound else []
    # The copy has no id; its links are the saved record's.
    record.pk = form.instance.pk if form.instance else None
    nature = nature_of_typed(
        record,
        kinds=data.kinds,
        hosts=1 + len(data.hosts),
        assigned=any(owner and due for _, owner, due in data.resolutions),
        stages=[int(pk) for kind, pk in keys if kind == "s"],
        milestones=[int(pk) for kind, pk in keys if kind == "m"],
    )
    way, field = (Way(nature.way).label if nature.way else "", BuildingField(nature.field).label)
    return " · ".join(part for part in (way, field) if part)


def effects_of_form(form: ActivityForm) -> list[Effect] | None:
    """Return the lines of an unsaved record, from its bound ActivityForm; None before a place and a kind are chosen.

    What is wrong or missing in the form is left out; nothing is written.
    """
    data = form.record_data()
    # The form keeps the chosen place under the name of its field.
    place = cast(Organisation | None, form.organisation)
    if place is None or not data.kinds:
        return None
    quorums = form.quorums(data)
    states = [state for state, _ in data.attendance.values()]
    if form.is_bound and not form.cleaned_data.get("day"):
        # Without a date nobody knows the period; today's would promise what the record may not meet.
        pending = Effect("义务", "填写日期后可知计入哪个期间", "按活动日期计入所在的月、季、年", "待填日期", "none")
        return [pending, attendance_line(states, form.unsaved().length)]
    record = _typed(form, place, data, quorums)
    lines = requirement_effects(place, record)
    # Where nobody's attendance is entered, only what asks for nobody's counts already.
    sure = not record.nobody or any(not met_by_people(place, kind) for kind in quorums)
    links = linked_points(form.instance.pk) if form.instance else []
    own = [
        HostKind(place.pk, branch_of(place), kind, quorum.valid, quorum.present, quorum.needed)
        for kind, quorum in quorums.items()
    ]
    shown = Shown(data.day, [*own, *_other_hosts(form.instance)] if links else own, unknown=record.unknown)
    return [
        *lines,
        attendance_line(states, form.unsaved().length),
        *sync_lines(links, shown),
        *duty_lines(place, data.kinds, data.makes_up_for or data.day, lines, _counts_at_all(quorums), links, sure=sure),
        *care_lines(form.user, _named(data), data.kinds, data.day),
        *target_lines(place, _month(data.day), counted_as(data.kinds, lines), form.user, TYPED),
        score_line(lines),
    ]


def _named(data: RecordData) -> list[int]:
    """Return the ids of the members whom a record says to have met."""
    return [pk for pk, (state, _) in data.attendance.items() if state in ATTENDING]


def _typed(form: ActivityForm, place: Organisation, data: RecordData, quorums: Mapping[str, Quorum]) -> Recorded:
    """Return what counts of the record that a form describes."""
    states = [state for state, _ in data.attendance.values()]
    unknown = sum(state == AttendanceState.NOT_RECORDED for state in states)
    kept = form.instance.judgements.filter(organisation=place.pk, late=True) if form.instance else ()
    return Recorded(
        data.kinds,
        data.day,
        data.makes_up_for,
        data.kinds if data.made_up is None else data.made_up,
        quorums,
        late_kinds(form.unsaved(), clock.now()) if data.day <= clock.today() else set(),
        unknown=unknown,
        nobody=unknown == len(states) and not form.is_talk,
        instead=form.instance.pk if form.instance else None,
        instead_late=[row.kind for row in kept],
        topics=data.topics,
    )


def _other_hosts(activity: Activity | None) -> list[HostKind]:
    """How a saved record was judged for those who share it: the form says nothing of their people."""
    if activity is None:
        return []
    rows = activity.judgements.exclude(organisation=activity.organisation_id).select_related("organisation")
    return host_kinds(rows)


def _recorded(activity: Activity, rows: list[ActivityJudgement], unknown: int = 0, *, nobody: bool = False) -> Recorded:
    """Return what counts of a saved record at the host that the judgements `rows` are about; the rest as of Recorded."""
    quorums = {row.kind: quorum_kept(row) for row in rows}
    made_up = [row.kind for row in rows if row.makes_up_for]
    kinds = [row.kind for row in rows]
    return Recorded(
        kinds,
        activity.day,
        activity.makes_up_for,
        made_up,
        quorums,
        [row.kind for row in rows if row.late],
        activity.pk,
        unknown,
        nobody,
        topics=activity.topics,
    )


def _counts_at_all(quorums: Mapping[str, Quorum]) -> bool:
    return any(quorum.valid for quorum in quorums.values())


def effects_of_record(activity: Activity, user: User | None = None) -> list[Effect]:
    """Return the lines of a saved record: what it counted for, in its organisation and each confirmed host.

    user: name only the duties that he may read (all when None).
    """
    attendance = list(activity.attendance.values_list("state", "organisation"))
    states = [state for state, _ in attendance]
    unknown, nobody = 0, False
    if activity.written_expected is None and activity.origin != "import":
        own_place = activity.organisation_id
        unknown = sum(state == AttendanceState.NOT_RECORDED and place == own_place for state, place in attendance)
        # What is submitted has its people, or needs none (above the branch, where no roster is kept).
        nobody = unknown == len(states) and activity.state not in COUNTING_STATES
    judgements: dict[int, list[ActivityJudgement]] = {}
    for row in activity.judgements.select_related("organisation__parent"):
        judgements.setdefault(row.organisation_id, []).append(row)
    lines: list[Effect] = []
    own_lines: list[Effect] = []
    for place, rows in judgements.items():
        own = place == activity.organisation_id
        for line in requirement_effects(
            rows[0].organisation, _recorded(activity, rows, unknown if own else 0, nobody=nobody and own)
        ):
            line.title = line.title if own else f"{rows[0].organisation}：{line.title}"
            lines.append(line)
            own_lines += [line] if own else []
    counts = any(row.valid for rows in judgements.values() for row in rows)
    sent = activity.state in COUNTING_STATES
    lines.append(attendance_line(states, activity.length, sent=sent))
    hosts = host_kinds(row for rows in judgements.values() for row in rows)
    shown = Shown(activity.day, hosts, saved=sent and counts)
    lines += sync_lines(linked_points(activity.pk), shown, user)
    lines += duties_proved(activity, user)
    if user is not None and picks({row.kind for rows in judgements.values() for row in rows}):
        met = activity.attendance.filter(state__in=ATTENDING).values_list("member", flat=True)
        lines += care_answered(user, activity.pk, list(met), activity.day)
    measures = counted_as(
        {row.kind for row in judgements.get(activity.organisation_id, ())}, own_lines, *_nature(activity)
    )
    lines += target_lines(activity.organisation, _month(activity.day), measures, user, SENT if sent else UNSENT)
    lines.append(score_line(lines))
    return lines


def _month(day: date) -> Period:
    return Period.containing(MONTH, day)


def _nature(activity: Activity) -> tuple[str, str]:
    """Return (way, field) by which a record is counted: those without a roster are in neither."""
    with_people = with_roster().filter(pk=activity.pk).exists() if activity.way or activity.building else False
    return (activity.way, activity.building) if with_people else ("", "")
