"""The public notice before somebody is listed: posted once the superior has consented, replaced by another with a reason."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.reach import access
from branches.reach.rights import MEMBERS
from branches.rulebook import rule, short_citation
from common import clock
from common.database import one_transaction
from common.operator import Actor, account_of
from common.text import clean_text
from members.development.checks import notice_days
from members.development.models.cases import DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.selectors.cases import case_of, hanging, takes_back
from members.development.services.cases import check_day, checked_reason, held
from members.development.services.effects import applied
from members.development.services.steps import tell
from members.development.standing import CaseStanding
from members.development.steps import CONSENT, LISTING, step

MOST_PLACES = 4
REASON = "更换原因"


@one_transaction
def notice_post(
    *, by: Actor, case: DevelopmentCase, posted_on: date, places: Sequence[str], reason: str = ""
) -> PublicNotice:
    """Post the notice before somebody is listed: five working days, that of posting not counted (dev-public-5wd, 第十三条).

    In a year whose holidays are not published the last day stays open. One that hangs already is replaced, with a reason, by whoever
    may take back what rests on it. ValidationError by field.
    """
    row = held(case)
    before = case_of(row)
    hung = hanging(before.row)
    access.require(by, *((MEMBERS, row.member.home) if hung is None else takes_back(before, step(LISTING))))
    check_day(posted_on, "张贴日期", "posted_on", since=row.opened_on)
    _check_consent(before.standing, posted_on)
    said = _checked_places(places)
    if hung is not None:
        if (hung.posted_on, hung.places) == (posted_on, said):
            raise ValidationError({"posted_on": "与现有公示的日期、地点相同，没有更换。"})
        _replace(by, row, checked_reason(reason, REASON))
    first, last = notice_days(posted_on)
    notice = PublicNotice(case=row, posted_on=posted_on, first=first, last=last, places=said)
    with audit.change(by=by, verb="development.notice", obj=notice, organisation=row.member.home_id):
        notice.save()
    after = applied(by, row)
    if after.standing.stage != before.standing.stage:
        words = f"公示已更换，{row.member.name}现为{after.standing.stage.label}：{clean_text(reason)}"
        tell(by, row, words[:200], above=True)
    return notice


def _replace(by: Actor, row: DevelopmentCase, reason: str) -> None:
    for old in row.notices.standing():
        with audit.change(by=by, verb="development.notice_end", obj=old, organisation=row.member.home_id, note=reason):
            old.removed_at, old.removed_by, old.remove_reason = clock.now(), account_of(by), reason
            old.save(update_fields=["removed_at", "removed_by", "remove_reason"])


def _check_consent(standing: CaseStanding, posted_on: date) -> None:
    """Consent first, then the notice (第十三条)."""
    consent, cited = standing.of(CONSENT), short_citation(rule("dev-public-5wd"))
    if not consent.stood:
        raise ValidationError({"posted_on": f"须先办{consent.step.name}，再公示（{cited}）。"})
    if consent.entry is not None and posted_on < consent.entry.day:
        words = f"张贴日期不能早于{consent.step.name}（{consent.entry.day:%Y-%m-%d}），依据{cited}。"
        raise ValidationError({"posted_on": words})


def _checked_places(places: Sequence[str]) -> list[str]:
    said = [clean_text(place) for place in places if clean_text(place)]
    if not said:
        raise ValidationError({"places": "请填写公示地点。"})
    if len(said) > MOST_PLACES:
        raise ValidationError({"places": f"公示地点最多 {MOST_PLACES} 处。"})
    return said
