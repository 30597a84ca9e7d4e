"""The record form: the same class for the page, autosave, and the live panel of 一次录入，多处使用."""

import re
import uuid
from datetime import date
from typing import cast

from django.core.exceptions import ValidationError

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD
from common import clock
from common.periods import MONTH, QUARTER_NAMES, Period
from members.activities.entry_rules import kinds_problem
from members.activities.forms.attendance import TilesMixin
from members.activities.forms.fields import PersonField, SoughtPlacesField
from members.activities.forms.ground import WITH_ROSTER, Ground
from members.activities.forms.kinds import short_label
from members.activities.forms.record_fields import RecordFields
from members.activities.forms.requested import RequestedPeriodMixin
from members.activities.forms.resolutions import ResolutionFormSet
from members.activities.lateness import keep
from members.activities.models import (
    TOPICS_OF,
    Activity,
    ActivityKindCode,
    ActivityState,
    AttendanceState,
    ReturnField,
    RevisionState,
)
from members.activities.models.codes import picks
from members.activities.models.leave import OPEN_RECORDS
from members.activities.quorum import Quorum, decides, figures
from members.activities.selectors.leave import asked_of
from members.activities.selectors.records import co_hosts
from members.activities.selectors.rosters import below_it, committee, is_upper
from members.activities.services.records import RecordData, class_problems, quorums_among, record_data, says_the_same
from members.activities.submission import Check, blocks_of, checks_of, said_of, unknown_in
from members.activities.versions import as_returned, opened
from members.roster.models.members import Member

Code = ActivityKindCode
# Columns of an unsaved record that the live panel reads.
_SHOWN = (
    "title",
    "starts_at",
    "ends_at",
    "last_day",
    "hours_stated",
    "place",
    "chair",
    "content",
    "makes_up_for",
    "topics",
)
_MONTHS_BACK = 12
# Who leads it and whom it meets, of kinds at which persons are picked.
CHAIRS = {Code.TALK: "谈话人", Code.VISIT: "走访人"}
WHOM = {Code.TALK: "谈话对象", Code.VISIT: "走访对象", Code.OATH: "宣誓、重温誓词人员"}
# Where on the page the parts stand that a reviewer may name.
PARTS = {
    ReturnField.KINDS: "kinds",
    ReturnField.TITLE: "id_title",
    ReturnField.DAY: "id_day",
    ReturnField.ATTENDANCE: "attendance",
    ReturnField.CONTENT: "id_content",
    ReturnField.RESOLUTIONS: "resolutions-sec",
    ReturnField.LINKS: "links-sec",
    ReturnField.FILES: "files",
}


def form_for(user, data, *, organisation=None):
    """Return the ActivityForm of posted `data`: over the record named in it, or over a new one.

    The one way from a POST to the form, also for the live panel. Raises Http404 for a record outside the user's reach
    and Forbidden where he may only read; a wrong organisation becomes a field error. Data that name a record and
    nothing else (an address) give its form as saved, unbound.
    """
    pk = data.get("record", "")
    if pk:
        rows = Activity.objects.select_related("organisation__parent", "chair")
        instance = opened(access.get_for(rows, user, RECORD, pk=pk))
        return ActivityForm(None if set(data) == {"record"} else data, user=user, instance=instance)
    return ActivityForm(data, user=user, organisation=organisation)


class ActivityForm(RequestedPeriodMixin, TilesMixin, RecordFields):
    """One activity as its secretary enters it.

    data: the POST or None. user: whose reach decides about related ids. organisation: of a new record (a posted
    `organisation` within reach takes its place). instance: the saved record, whose organisation never changes.
    """

    def __init__(self, data=None, *, user, organisation=None, instance=None, initial=None):
        self.user, self.instance = user, instance
        self._wrong_organisation = False
        self.organisation = instance.organisation if instance else self._organisation(data, organisation)
        self.saved = (instance.typed or record_data(instance)) if instance else None
        super().__init__(data, initial=self._initial(initial or {}))
        self.requested = self.requested_period()
        self.codes = self._codes()
        self.day = self._day()
        kept = {*(self.saved.attendance if self.saved else ()), *self._trained()}
        chair = instance.chair if instance else None
        self.ground = Ground.of(self.organisation, self.codes, self.day, chair, kept=kept, named=self._named())
        if instance is None and self.ground.seats:
            self.initial.setdefault("chair", self.ground.seats[0].pk)
        self._add_fields()
        self.resolutions = self._resolution_rows(data)
        self.attendance = {}

    def _add_fields(self):
        """Add the fields whose choices follow the organisation and the day."""
        chair = CHAIRS.get("".join(self.codes), "主持人")
        self.fields["chair"] = PersonField(label=chair, people=self.people, empty=chair, required=False)
        self.fields["makes_up_for"].choices = self._months()
        chosen = self.data.getlist("hosts") if self.is_bound else self.initial.get("hosts", ())
        # What is searched for is typed beside the field; nothing of it is saved.
        self.sought = self.data.get("host_q", "")[:50] if self.is_bound else ""
        self.fields["hosts"] = SoughtPlacesField(
            label="共同举办", places=co_hosts(self.organisation), chosen=chosen, text=self.sought, required=False
        )

    def _resolution_rows(self, data):
        decisions = self.saved.resolutions if self.saved else []
        # Whoever owns a saved resolution stays in its list, also when he has left since.
        owners = self.people | {owner.pk: owner for _, owner, _ in decisions if owner}
        rows = [{"text": text, "owner": getattr(owner, "pk", ""), "due": due} for text, owner, due in decisions]
        kept = {due for _, _, due in decisions if due}
        options = {"people": owners, "day": self.day, "kept": kept}
        return ResolutionFormSet(data, prefix="res", initial=rows, form_kwargs=options)

    # ---- what the form stands on

    def _organisation(self, data, organisation):
        if data is None or not data.get("organisation"):
            return organisation
        rows = access.organisations_for(self.user, RECORD).filter(archived_on__isnull=True).select_related("parent")
        try:
            found = rows.filter(pk=data["organisation"]).first()
        except (ValueError, OverflowError):
            found = None
        self._wrong_organisation = found is None
        return found or organisation

    @property
    def is_talk(self):
        return self.ground.is_talk

    @property
    def picks(self):
        return self.ground.picks

    @property
    def picked_label(self):
        """What those are who are picked: 谈话对象, 走访对象."""
        return WHOM.get("".join(self.codes), "对象")

    @property
    def people(self):
        return self.ground.people

    def _named(self):
        """Return the members whom a record from above the branches may name: whose rosters its writer keeps, and whom it named before."""
        if self.organisation is None or self.organisation.kind in WITH_ROSTER or not picks(self.codes):
            return []
        kept = set(self.kept_attendance)
        seen = Member.objects.visible_to(self.user, MEMBERS).filter(pk__in=self._asked() - kept).order_by()
        return below_it(self.organisation, self.day, {*seen.values_list("pk", flat=True), *kept})

    def _asked(self):
        """Return the ids of those whom the post says something of, or the address of a new record names."""
        named = [name[4:] for name in self.data if name.startswith("att-")] if self.is_bound else self.given
        return {int(pk) for pk in named if str(pk).isdigit() and len(str(pk)) < 18}

    def _trained(self):
        """Return the ids of those whom a training names beside roster and seats: whose rosters its writer keeps."""
        if self.organisation is None or Code.TRAINING not in self.codes or not (asked := self._asked()):
            return set()
        seen = Member.objects.visible_to(self.user, MEMBERS).filter(pk__in=asked).order_by()
        if not is_upper(self.organisation):
            return set(seen.values_list("pk", flat=True))
        seats = {one.pk for one in committee(self.organisation, self.day)}
        return {one.pk for one in below_it(self.organisation, self.day, seen.values_list("pk", flat=True))} - seats

    @property
    def given(self):
        """The ids of the members whom the address of a new record names."""
        return self.initial.get("persons", ()) if self.instance is None else ()

    def expected(self):
        """Return the members whose attendance is asked; for a talk those who can be picked."""
        return self.ground.expected()

    def _initial(self, given):
        if self.instance is None:
            return {"form_key": uuid.uuid4(), "organisation": getattr(self.organisation, "pk", ""), **given}
        names = [name for name in self.base_fields if hasattr(self.instance, name) and name != "organisation"]
        values = {name: getattr(self.instance, name) for name in names}
        values |= {
            "record": self.instance.pk,
            "organisation": self.instance.organisation_id,
            "kinds": self.saved.kinds,
            "hosts": [host.pk for host in self.saved.hosts],
            "chair": self.instance.chair_id or "",
            "makes_up_for": str(self.instance.makes_up_for or ""),
        }
        return values | given

    def _codes(self):
        if self.is_bound:
            return [code for code in self.data.getlist("kinds") if code in Code.values]
        return [code for code in self.initial.get("kinds", []) if code in Code.values]

    def _day(self):
        """The day whose roster is shown: as posted, where it is a date; else of the record; else today."""
        value = self.initial.get("day")
        if self.is_bound:
            try:
                value = self.base_fields["day"].clean(self.data.get("day"))
            except ValidationError:
                value = None
        return value or (self.instance.day if self.instance else clock.today())

    def _months(self):
        period = Period.containing(MONTH, self.day)
        found = []
        for _ in range(_MONTHS_BACK):
            period = period.previous()
            quarter = f"第{QUARTER_NAMES[(period.number - 1) // 3 + 1]}季度"
            found.append((str(period.first), f"{period.label()}（{quarter}）"))
        kept = self.instance.makes_up_for if self.instance else None
        if kept and str(kept) not in dict(found):
            found.append((str(kept), f"{kept.year}年{kept.month}月"))
        if self.overdue and self.overdue_month not in dict(found):
            found.append((self.overdue_month, self.overdue.label()))
        return [("", "不是补办"), *found]

    @property
    def carried(self):
        """What was ticked in the slot 「还属于」, as [(name, key)]: the slot is filled anew from it (responsibilities/belongs)."""
        names = ("belongs", "shown", "system") if self.is_bound else ()
        return [
            (name, key)
            for name in names
            for key in self.data.getlist(name)[:30]
            if re.fullmatch(r"[a-z][0-9]{1,18}", key)
        ]

    @property
    def kept_kinds(self):
        """The kinds with which a record that is corrected was accepted."""
        return self.instance.codes if self.correction else ()

    @property
    def kept_attendance(self):
        if self.saved is None:
            named = picks(self.codes) or Code.TRAINING in self.codes
            return {pk: (str(AttendanceState.PRESENT), "") for pk in self.given} if named else {}
        return self.saved.attendance

    def leaves_asked(self):
        """Return the leave that members asked of this record and nobody has answered."""
        return asked_of(self.instance.pk) if self.instance and self.instance.state in OPEN_RECORDS else []

    # ---- cleaning

    def clean(self):
        values = super().clean()
        if self._wrong_organisation or self.organisation is None:
            self.add_error("organisation", "请选择您负责记录的党组织。")
            return values
        if values.get("starts_at") and values.get("ends_at") and values["ends_at"] <= values["starts_at"]:
            self.add_error("ends_at", "结束时间应晚于开始时间。")
        self._clean_class(values)
        if set(values.get("kinds") or []) == {Code.TALK} and values.get("content"):
            self.add_error("content", "谈心谈话只记时间和对象，不保存谈话内容，请删去。")
        of_branch = Code.GROUP_MEETING in (values.get("kinds") or []) and self.organisation.kind == Kind.BRANCH
        if of_branch and self.organisation.children.filter(archived_on__isnull=True).exists():
            self.add_error("kinds", "党小组会请记在党小组名下：在“党组织”中选择小组。")
        elif problem := kinds_problem(self.organisation, values.get("kinds") or [], self.kept_kinds):
            self.add_error("kinds", problem)
        asked = {topic for kind in values.get("kinds") or [] for topic in TOPICS_OF.get(kind, ())}
        values["topics"] = [topic for topic in values.get("topics") or [] if topic in asked]
        self.attendance = self.clean_tiles()
        month = self.fit_makes_up_for(values)
        values["makes_up_for"] = date.fromisoformat(month) if month else None
        values["made_up"] = self._made_up(values) if month else None
        return values

    def _clean_class(self, values):
        """Check the last day and the hours of a training; what was left in the fields of another kind is not asked for."""
        kinds = values.get("kinds") or []
        if Code.TRAINING not in kinds:
            values["last_day"] = values["hours_stated"] = None
        elif values.get("day"):
            problems = class_problems(kinds, values["day"], values.get("last_day"), values.get("hours_stated"))
            for field, sentence in problems.items():
                self.add_error(field, sentence)

    def _made_up(self, values):
        """Return the kinds with which the record makes up for an earlier period, None for all of them."""
        kinds = values.get("kinds") or []
        chosen = [kind for kind in kinds if kind in (values.get("made_up") or [])]
        if not values.get("made_up_asked") or len(kinds) < 2 or len(chosen) == len(kinds):
            return None
        if not chosen:
            self.add_error("made_up", "请选择补办的是哪一类活动；都不是补办的，请选“不是补办”。")
        return chosen

    @property
    def open_at(self):
        """The id of the part at which a returned record opens, "" where its reviewer named none."""
        if self.instance is None or self.errors:
            return ""
        if self.correction is not None:
            return (
                PARTS.get(self.correction.return_field, "") if self.correction.state == RevisionState.RETURNED else ""
            )
        returned = self.instance.state == ActivityState.RETURNED
        return PARTS.get(self.instance.return_field, "") if returned else ""

    @property
    def correction(self):
        """The ActivityRevision that the form writes, None where it writes the record itself."""
        return self.instance.correction if self.instance else None

    def topic_choices(self):
        """Return [(kinds that ask for it, code, label, checked)] of the topics, for the kinds that the record may have."""
        chosen = self["topics"].value() or []
        return [
            (kind, topic.value, topic.label, topic.value in chosen)
            for kind, topics in TOPICS_OF.items()
            for topic in topics
        ]

    def shows_made_up(self):
        """Whether there is a choice: an earlier period is named, and the record has several kinds."""
        return bool(self["makes_up_for"].value()) and len(self.codes) > 1

    def made_up_choices(self):
        """Return [(code, label, checked)] of every kind, for the choice of what is made up."""
        chosen = self["made_up"].value() if self.is_bound and self.data.get("made_up_asked") else None
        chosen = chosen if chosen is not None else (self.saved.made_up if self.saved else None)
        return [(code, short_label(code), chosen is None or code in chosen) for code in Code.values]

    def is_valid(self):
        return super().is_valid() and self.resolutions.is_valid()

    def refuse_submission(self):
        """Add what blocks submission to the errors there are, so that all of them stand on the page at once."""
        if self.organisation is None or self._wrong_organisation:
            return
        for field, sentence in blocks_of(self.record_data(), self.picks or bool(self.expected())):
            field = "attendance_errors" if field == "attendance" else field
            if field not in self.errors:
                self.add_error(field, sentence)

    def refuse(self, error):
        """Put a ValidationError of a service at the fields it names."""
        by_field = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        for field, messages in by_field.items():
            for message in messages:
                field = "attendance_errors" if field == "attendance" else field
                self.add_error(field if field in self.fields else None, message)

    # ---- what others make of it

    def record_data(self):
        """Return the RecordData of what is typed; what is wrong or missing is left out (for the live panel)."""
        if not self.is_bound:
            return self.saved or RecordData(kinds=self.codes, day=self.day)
        self.is_valid()
        values = self.cleaned_data
        rows = [row.cleaned_data for row in self.resolutions.forms if row.is_valid() and row.cleaned_data.get("text")]
        names = (
            "title",
            "place",
            "chair_name",
            "recorder_name",
            "lecturer_name",
            "content",
            "answer",
        )
        return RecordData(
            kinds=list(dict.fromkeys(values.get("kinds") or self.codes)),
            day=values.get("day") or self.day,
            starts_at=values.get("starts_at"),
            ends_at=values.get("ends_at"),
            last_day=values.get("last_day"),
            hours_stated=values.get("hours_stated"),
            chair=values.get("chair"),
            makes_up_for=values.get("makes_up_for") or None,
            made_up=values.get("made_up"),
            attendance=self.attendance,
            resolutions=[(row["text"], row.get("owner"), row.get("due")) for row in rows],
            hosts=list(values.get("hosts") or []),
            topics=list(values.get("topics") or []),
            **{name: values.get(name) or "" for name in names},
        )

    def unsaved(self):
        """Return an Activity that is never saved: the columns as typed, `codes`, `valid` and the counted voters.

        It has no id, hence no attendance of its own: that is in `record_data().attendance`.
        """
        data = self.record_data()
        activity = Activity(
            organisation=self.organisation,
            day=data.day,
            **figures(self.quorums(data)),
            **{name: getattr(data, name) for name in _SHOWN},
        )
        activity.unsaved_kinds = data.kinds
        if self.instance:
            activity.late, activity.returned_at = self.instance.late, self.instance.returned_at
            activity.corrects, activity.origin = self.instance.corrects, self.instance.origin
            activity.state, activity.first_said = self.instance.state, keep(self.instance)
            activity.withdrawn_at, activity.return_field = self.instance.withdrawn_at, self.instance.return_field
        return activity

    def quorums(self, data=None) -> dict[str, Quorum]:
        """Return {kind: Quorum} of what is typed."""
        data = data or self.record_data()
        # The form keeps the chosen place under the name of its field.
        place = cast(Organisation | None, self.organisation)
        if place is None:
            return {}
        states = {pk: state for pk, (state, _) in data.attendance.items()}
        return quorums_among(place, (self.ground.members, self.ground.seats), data.kinds, data.day, states)

    def panel(self, files=0):
        """Return what stands beside the form: checks, quorum line and its tone, the word on the button."""
        data = self.record_data() if self.is_bound else self.saved
        if data is None:
            tiles = {tile["pk"]: (tile["value"], "") for tile in self.tiles() if tile["value"]}
            data = RecordData(kinds=self.codes, day=self.day, title=self.initial.get("title", ""), attendance=tiles)
        quorums = self.quorums(data)
        unknown = unknown_in(data)
        said = said_of(quorums, unknown)
        names = {pk: member.name for pk, member in self.people.items()}
        anyone = self.picks or bool(self.expected())
        return {
            "checks": [
                *checks_of(data, quorums, names, files, anyone, self._requested_unless_no_day()),
                *self._as_returned(data),
            ],
            "quorum": said.quorum,
            "quorum_tone": said.tone,
            "short": not decides(quorums) and not unknown,
            "save": "存为计划" if data.day > clock.today() else "存草稿离开",
            "verb": "提交审核" if decides(quorums) or unknown else "仍然提交",
        }

    def _as_returned(self, data):
        """Warn whoever submits again what was returned, word for word."""
        if self.instance and self.instance.as_returned and says_the_same(self.saved, data):
            yield Check("warn", "退回之后没有修改，也没有答复审核人：审核人看到的还是原来的内容", "answer")
        if self.correction and as_returned(self.instance, self.correction, data):
            yield Check("warn", "退回之后没有修改，也没有答复审核人：审核人看到的还是原来的内容", "answer")

    def _requested_unless_no_day(self):
        """The requested period, None while no valid date is typed: the day of the roster is then a stand-in."""
        return self.requested if self.is_bound and self.cleaned_data.get("day") else None


def places_for(user):
    """Return the organisations at which `user` may record, with their parents, in tree order."""
    return list(access.organisations_for(user, RECORD).filter(archived_on__isnull=True).select_related("parent"))
