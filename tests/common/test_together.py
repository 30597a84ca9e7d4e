"""Several reads in one statement give what each of them gives by its own."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db.models import BooleanField, Case, FloatField, Value, When

from branches.notices.models import Notice
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.settings.models import Setting
from common.together import read_or_each, read_together
from members.activities.models import Activity
from members.activities.selectors.counting import Records, Talked
from members.roster.models.members import Membership
from responsibilities.requirements.exemptions import exemption_make
from responsibilities.requirements.models import Exemption
from tests.assessments.facts.random_agency import build
from tests.counting import asked

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
KINDS = ("assembly", "committee_meeting", "lecture", "theme_day", "talk", "study")


def _reads():
    records = Records(*YEAR, KINDS, list(Organisation.objects.values_list("pk", flat=True)))
    is_branch = Case(When(kind="branch", then=Value(True)), default=Value(False), output_field=BooleanField())
    return {
        "places": Organisation.objects.in_tree_order()
        .annotate(own=is_branch)
        .values_list("pk", "name", "parent", "own"),
        "versions": OrganisationVersion.objects.order_by("-starts", "pk").values_list("starts", "ends", "organisation"),
        "counted": records.counted_rows().order_by("pk"),
        "uncounted": records.uncounted_rows(),
        "talks": Talked(*YEAR, KINDS, Membership.objects.order_by().values("member")).rows(),
        "exempt": Exemption.objects.order_by("pk").values_list("organisation", "rules", "first", "reason"),
        "moments": Notice.objects.order_by("pk").values_list("pk", "sent", "read_at"),
        "lengths": Activity.objects.order_by("pk").values_list("pk", "starts_at", "ends_at", "hours_stated"),
        "nobody": Organisation.objects.filter(pk__in=[]).values_list("pk"),
        "nothing": Organisation.objects.filter(name="没有这样的组织").values_list("pk"),
    }


def test_each_read_gives_the_same_rows_as_by_its_own(world):
    build(world, 7, branches=2, records=60)
    for number, record in enumerate(Activity.objects.order_by("pk")[:3]):
        record.starts_at, record.ends_at, record.hours_stated = (
            time(9, 30),
            time(11, 0, number),
            Decimal("1.5") + number,
        )
        record.save()
    exemption_make(
        by=world.committee_secretary,
        organisations=[world.branch_a],
        rules=["life-lecture-frequency"],
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        reason="“驻村”，100% \\ 外出",
    )
    apart = {name: list(rows) for name, rows in _reads().items()}
    assert {name for name, rows in apart.items() if not rows} == {"nobody", "nothing"}
    reads = _reads()
    with asked() as count:
        together = read_together(reads)
    assert count.statements == 1
    # A union has no order of its own.
    assert sorted(together.pop("uncounted")) == sorted(apart.pop("uncounted"))
    assert sorted(together.pop("talks"), key=str) == sorted(apart.pop("talks"), key=str)
    assert together == apart
    # What came in the one answer counts as so many rows.
    assert count.rows >= sum(len(rows) for rows in together.values())


def test_of_many_the_large_reads_are_statements_of_their_own(world):
    reads = {name: _reads()[name] for name in ("places", "versions")}
    with asked() as count:
        found = read_or_each({"places": reads["places"]}, {"versions": reads["versions"]}, few=False)
        rows = list(found["versions"])
    assert (count.statements, list(found["places"]), rows) == (2, list(reads["places"]), list(reads["versions"]))


@pytest.mark.django_db
def test_what_needs_no_rows_needs_no_statement():
    with asked() as count:
        assert read_together({"nobody": Setting.objects.none().values_list("pk")}) == {"nobody": []}
        assert read_together({}) == {}
    assert count.statements == 0


@pytest.mark.django_db
def test_what_text_would_not_give_back_is_refused():
    parts = Setting.objects.annotate(part=Value(0.1, output_field=FloatField()))
    with pytest.raises(TypeError, match="parts"):
        read_together({"parts": parts.values_list("pk", "part")})
