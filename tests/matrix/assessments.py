"""First pages, dashboard, results, reports."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from assessments.entries.services import entry_make
from assessments.facts.fill import fill
from assessments.hearing.services import answer_draft, assessment_freeze, assessment_send, objection_make
from assessments.reports.services import assessment_publish
from assessments.results.services import assessment_trial
from assessments.results.trials import trial_ask
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import scheme_draft, scheme_propose
from branches.reach.rights import ASSESS, ASSESS_COMMITTEE, PUBLISH, RECORD, REPORTS, REVIEW, SET_RULES
from common import clock
from common.operator import OPERATOR
from common.periods import QUARTER, Period
from members.activities.models import Activity, ActivityKind
from tests.assessments.hearing.support import heard
from tests.matrix import Row, everyone, only
from tests.matrix.imports import IMPORTERS
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders
from tests.records import counted
from tests.responsibilities.work.support import item_at
from tests.world import CAST

ASSESSORS, PUBLISHERS, READERS = holders(ASSESS), holders(PUBLISH), holders(REPORTS)
JUDGING = tuple({*ASSESSORS, *holders(ASSESS_COMMITTEE)})
# Who says of a branch what it thinks itself.
RATING_ITSELF = ("secretary_a", "officer_a", "organiser_a", "secretary_b", "secretary_c")
REVIEWERS, RECORDERS = holders(REVIEW), holders(RECORD)
DRAFTERS = tuple({*ASSESSORS, *PUBLISHERS})
HEAD = {"kind": "report", "number": "", "signer": "签发人甲", "recipient": "局党组"}
# Whoever has his own landing page is led there; an account without a post is told so.
LED = dict.fromkeys(("administrator", "auditor", "member"), 302)


def _day():
    return clock.at(timezone.make_aware(datetime(2026, 10, 20, 9)))


def trial(world):
    activity = Activity.objects.create(
        organisation=world.branch_a, day=date(2026, 7, 10), title="活动", state="accepted"
    )
    ActivityKind.objects.create(activity=activity, kind="assembly")
    counted(activity, activity.valid)
    with _day():
        return assessment_trial(by=OPERATOR, period=Period.parse("2026Q3"))


def trial_that_waits(world):
    return {"pk": trial_ask(by=OPERATOR, period=Period.parse("2026Q3")).pk}


def frozen(world):
    assessment = trial(world)
    with _day():
        return assessment_freeze(by=OPERATOR, assessment=heard(assessment))


def published(world):
    assessment = frozen(world)
    with _day():
        return assessment_publish(by=OPERATOR, assessment=assessment)


def score_of_a(world):
    return {"pk": published(world).assessment.results.get(organisation=world.branch_a).pk}


def record_of_a(world):
    return {
        "pk": Activity.objects.create(organisation=world.branch_a, day="2026-07-10", title="活动", state="accepted").pk
    }


def stage_of_a(world):
    item = item_at(world.committee, [world.branch_a])
    return {"pk": world.branch_a.pk, "stage": item.stages.get(stage="study").pk}


POSTED = tuple(who for who, (role, place) in CAST.items() if role and place)


def up_to_date(world):
    fill()
    return {}


READS_CADRE = ("secretary_a", *sorted({*ASSESSORS, *PUBLISHERS}))


def secretary_a(world):
    return {"pk": world.secretary_a.pk}


ROWS = {
    "search": Row(get=everyone(), query="?q=甲"),
    "home": Row(get=everyone(**LED)),
    "change_list": Row(get=only(*VIEWERS)),
    # Whoever signs in sees what waits for him; without a post that is nothing.
    "home_waiting": Row(get={"*": 200, "anonymous": 302}),
    "first_steps": Row(get=only(*IMPORTERS, "administrator")),
    "dashboard": Row(get=only(*VIEWERS)),
    # The first fill takes seconds; it is made for all who ask.
    "dashboard_update": Row(post=only(*VIEWERS, status=302), data=up_to_date),
    "dashboard_remind": Row(get=only(*REVIEWERS), post=only(*REVIEWERS, status=302)),
    "dashboard_export": Row(post=only(*VIEWERS)),
    "score_list": Row(get=only(*VIEWERS)),
    "score_export": Row(post=only(*VIEWERS)),
    "score_detail": Row(kwargs=score_of_a, get=only(*READS_A)),
    "score_estimate": Row(kwargs=lambda world: {"pk": world.branch_a.pk}, get=only(*READS_A)),
    "stage_gain": Row(kwargs=stage_of_a, get=only(*READS_A, status=302)),
    "result_list": Row(get=only(*ASSESSORS)),
    "result_trial": Row(post=only(*ASSESSORS, status=422)),
    "result_trial_progress": Row(kwargs=trial_that_waits, get=only(*ASSESSORS)),
    "result_detail": Row(kwargs=lambda world: {"pk": trial(world).pk}, get=only(*ASSESSORS)),
    "result_freeze": Row(
        kwargs=lambda world: {"pk": heard(trial(world)).pk}, post=only(*PUBLISHERS, status=302), grave=True
    ),
    "result_unfreeze": Row(
        kwargs=lambda world: {"pk": frozen(world).pk}, get=only(*PUBLISHERS), post=only(*PUBLISHERS), grave=True
    ),
    "result_publish": Row(
        kwargs=lambda world: {"pk": frozen(world).pk},
        get=only(*PUBLISHERS),
        post=only(*PUBLISHERS, status=302),
        data=lambda world: HEAD,
        grave=True,
    ),
    # Who assesses reads the draft; who does so at the root, or publishes there, writes it.
    "report_draft": Row(
        kwargs=lambda world: {"pk": frozen(world).pk},
        get=only(*DRAFTERS),
        post=only(*DRAFTERS, status=302),
        data=lambda world: HEAD,
    ),
    "report_words": Row(
        kwargs=lambda world: {"pk": frozen(world).pk},
        post=only(*DRAFTERS, status=422),
        data=lambda world: {"key": "opening", "text": ""},
    ),
    "report_refresh": Row(kwargs=lambda world: {"pk": frozen(world).pk}, post=only(*DRAFTERS, status=302)),
    "report_draft_download": Row(kwargs=lambda world: {"pk": frozen(world).pk}, post=only(*DRAFTERS)),
    "report_step": Row(
        kwargs=lambda world: {"pk": published(world).pk, "number": 1},
        post=only("staff", "committee_secretary", "discipline", "party_secretary", status=302, forbidden=("leader",)),
    ),
    "report_list": Row(get=only(*READERS)),
    "report_detail": Row(kwargs=lambda world: {"pk": published(world).pk}, get=only(*READERS)),
    "report_document_progress": Row(
        kwargs=lambda world: {"pk": published(world).pk, "kind": "docx"}, get=only(*READERS)
    ),
    "report_download": Row(kwargs=lambda world: {"pk": published(world).pk, "kind": "docx"}, post=only(*READERS)),
    # Everybody with a post reads his own record; others' only who assesses or publishes.
    # Whoever acts for a leader has no record of his own.
    "cadre_list": Row(get=only(*(who for who in POSTED if who != "assistant"))),
    "cadre_detail": Row(kwargs=secretary_a, get=only(*READS_CADRE)),
    "cadre_document": Row(kwargs=secretary_a, post=only(*READS_CADRE)),
    "record_uses": Row(get=only(*RECORDERS), post=only(*RECORDERS)),
    "record_counts": Row(kwargs=record_of_a, get=only(*READS_A)),
}


def entry(world):
    """An entry that waits, made by the staff."""
    return entry_make(
        by=world.staff,
        period=Period.containing(QUARTER, clock.today()),
        organisation=world.branch_a,
        item="bonus/0",
        reason="做法被采用",
        document="通报",
    )


ROWS |= {
    # The Party group's secretary enters what is said of the committee itself.
    "entry_list": Row(get=only(*{*ASSESSORS, *PUBLISHERS}), post=only(*JUDGING, status=422), data=lambda world: {}),
    "tally_new": Row(query="?scheme=tongbu-debrief", get=only(*JUDGING), post=only(*JUDGING, status=422)),
    "self_list": Row(get=only(*RATING_ITSELF)),
    "self_rating": Row(get=everyone(404), post=everyone(404)),
    "entry_approve": Row(
        kwargs=lambda world: {"pk": entry(world).pk},
        post=only(*PUBLISHERS, status=302, forbidden=tuple({*ASSESSORS} - {*PUBLISHERS})),
    ),
    "entry_decline": Row(
        kwargs=lambda world: {"pk": entry(world).pk},
        get=only(*{*ASSESSORS, *PUBLISHERS}),
        post=only(*{*ASSESSORS, *PUBLISHERS}, status=200),
    ),
}


def scheme(world, state="in_force"):
    """The newest version, or a copy of it as a draft or proposal."""
    newest = SchemeVersion.objects.in_force("tongbu-branch")[0]
    if state == "in_force":
        return {"pk": newest.pk}
    draft = scheme_draft(by=OPERATOR, version=newest)
    if state == "proposed":
        draft = scheme_propose(by=OPERATOR, version=draft, in_force_from=date(2027, 1, 1))
    return {"pk": draft.pk}


def draft_of(**more):
    return lambda world: scheme(world, "draft") | more


def proposal(world):
    return scheme(world, "proposed")


def approved_in(world):
    """The record of a meeting of the Party group."""
    record = Activity.objects.create(organisation=world.root, day=clock.today(), title="审定", state="accepted")
    ActivityKind.objects.create(activity=record, kind="party_group_meeting")
    return {"meeting": record.pk}


DECIDERS = holders(SET_RULES)
_EDIT = {"get": only(*ASSESSORS), "post": only(*ASSESSORS, status=422)}
_DROP = {"post": only(*ASSESSORS, status=302)}
ROWS |= {
    "scheme_list": Row(get=only(*VIEWERS)),
    "scheme_detail": Row(kwargs=scheme, get=only(*VIEWERS)),
    "scheme_simulation": Row(kwargs=scheme, get=only(*ASSESSORS), post=only(*ASSESSORS, status=302)),
    "scheme_draft": Row(kwargs=scheme, post=only(*ASSESSORS, status=302)),
    "scheme_whole": Row(kwargs=draft_of(), **_EDIT),
    "scheme_part_new": Row(kwargs=draft_of(), **_EDIT),
    "scheme_part": Row(kwargs=draft_of(key="life"), **_EDIT),
    "scheme_part_drop": Row(kwargs=draft_of(key="life"), **_DROP),
    "scheme_indicator_new": Row(kwargs=draft_of(part="life"), **_EDIT),
    "scheme_indicator": Row(kwargs=draft_of(key="life-theme"), **_EDIT),
    "scheme_indicator_drop": Row(kwargs=draft_of(key="life-theme"), **_DROP),
    "scheme_propose": Row(kwargs=draft_of(), **_EDIT),
    "scheme_approve": Row(
        kwargs=proposal, get=only(*DECIDERS), post=only(*DECIDERS, status=302), data=approved_in, grave=True
    ),
    "scheme_return": Row(kwargs=proposal, get=only(*DECIDERS), post=only(*DECIDERS, status=422)),
    "scheme_discard": Row(kwargs=draft_of(), get=only(*ASSESSORS), post=only(*ASSESSORS, status=302)),
}
ROWS |= {
    "scheme_bonus_new": Row(kwargs=draft_of(), **_EDIT),
    "scheme_bonus": Row(kwargs=draft_of(number=1), **_EDIT),
    "scheme_bonus_drop": Row(kwargs=draft_of(number=1), **_DROP),
}


def sent(world):
    """A trial that was sent to its branches, who may still speak."""
    assessment = trial(world)
    with _day():
        assessment_send(by=OPERATOR, assessment=assessment)
    until = clock.today() + timedelta(days=3)
    type(assessment).objects.filter(pk=assessment.pk).update(heard_until=until)
    return assessment


def of_a(world, assessment=None):
    return {"pk": (assessment or sent(world)).pk, "place": world.branch_a.pk}


def lost(world, assessment):
    """An indicator by which branch A lost something."""
    result = assessment.results.get(organisation=world.branch_a)
    return next(row.indicator for row in result.scores.all() if row.points is not None and row.points < row.maximum)


def lost_of_a(world):
    assessment = sent(world)
    return {**of_a(world, assessment), "indicator": lost(world, assessment)}


def objection(world, drafted=False):
    assessment = sent(world)
    row = objection_make(
        by=world.secretary_a,
        assessment=assessment,
        organisation=world.branch_a,
        indicator=lost(world, assessment),
        reason="已经开展",
    )
    if drafted:
        answer_draft(by=OPERATOR, objection=row, decision="refused", answer="记录在期后")
    return {"pk": row.pk}


def drafted(world):
    return objection(world, drafted=True)


OFFICE_AND_A = tuple({*ASSESSORS, *PUBLISHERS, "secretary_a"})
ROLES_OF_TWO = tuple({*ASSESSORS, *PUBLISHERS})
ROWS |= {
    "result_hearing": Row(kwargs=lambda world: {"pk": trial(world).pk}, get=only(*ASSESSORS)),
    "result_send": Row(kwargs=lambda world: {"pk": trial(world).pk}, post=only(*ASSESSORS, status=302)),
    "result_checkup": Row(kwargs=of_a, get=only(*OFFICE_AND_A, "officer_a", "organiser_a")),
    "result_confirm": Row(kwargs=of_a, post=only("secretary_a", status=302)),
    "opinion_submit": Row(kwargs=of_a, get=only("secretary_a", status=302), post=only("secretary_a", status=422)),
    "objection_new": Row(
        kwargs=lost_of_a,
        get=only("secretary_a"),
        post=only("secretary_a", status=422),
    ),
    "objection_detail": Row(kwargs=objection, get=only(*OFFICE_AND_A)),
    "answer_draft": Row(
        kwargs=objection,
        post=only(*ASSESSORS, status=302, forbidden=("secretary_a", *({*PUBLISHERS} - {*ASSESSORS}))),
        data=lambda world: {"decision": "refused", "answer": "记录在期后"},
    ),
    "answer_release": Row(kwargs=drafted, post=only(*ROLES_OF_TWO, status=302, forbidden=("secretary_a",))),
    "answer_return": Row(kwargs=drafted, get=only(*ROLES_OF_TWO), post=only(*ROLES_OF_TWO, status=422)),
    "objection_withdraw": Row(kwargs=objection, post=only("secretary_a", status=302, forbidden=ROLES_OF_TWO)),
}
