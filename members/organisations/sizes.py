"""Which organisations have too few or too many members for what they are, by the rules, with the article that says so.

The rulebook stands a room higher: the articles are written here, and a test compares them with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from branches.places.models.organisations import Kind
from members.organisations.heads import BRANCH_MAX, BRANCH_MIN, People
from members.roster.models.members import MemberStage
from members.roster.models.posts import COMMITTEE_MINIMUM

AGENCY, BRANCH_WORK = "《机关基层组织工作条例》", "《支部工作条例（试行）》"
# Rule of the rulebook → its first article, as a page cites it; the regulation alone where the number is in doubt.
ARTICLES = {
    "org-branch-3": f"{AGENCY}第七条",
    "org-branch-max-50": f"{BRANCH_WORK}第四条",
    "org-committee-7": f"{AGENCY}第七条",
    "org-committee-size": BRANCH_WORK,
    "org-general-branch-50": f"{AGENCY}第六条",
    "org-committee-100": f"{AGENCY}第五条",
    "org-joint-branch": BRANCH_WORK,
}
WITH_COMMITTEE, SEATS_MAX, UNITS_MAX = 7, 7, 5
GENERAL_MIN, COMMITTEE_MIN = 50, 100
# What may be approved or explained is shown at the organisation alone, and counted nowhere.
SOFT = frozenset({"org-general-branch-50", "org-committee-100"})


@dataclass(frozen=True)
class SizeFinding:
    """rule: id of the rulebook. short: for a chip; words: a sentence with the numbers."""

    rule: str
    short: str
    words: str

    @property
    def article(self) -> str:
        return ARTICLES[self.rule]

    @property
    def soft(self) -> bool:
        return self.rule in SOFT


def size_findings(
    kind: str, people: People, *, seats: int | None = None, units: int | None = None
) -> list[SizeFinding]:
    """Return what is wrong with the size of an organisation of a Kind; nothing of one without members, which is being set up.

    seats: on its committee, units: departments that it covers; None: not looked at.
    """
    total, full = people.total(), people[MemberStage.FULL]
    if not total:
        return []
    if kind == Kind.BRANCH:
        return list(_of_branch(total, full, seats, units))
    if kind == Kind.GENERAL_BRANCH and not GENERAL_MIN <= total < COMMITTEE_MIN:
        said = "不足 50 名，设党总支须经上级批准" if total < GENERAL_MIN else "已满 100 名，应设机关党委"
        return [SizeFinding("org-general-branch-50", "人数不符", f"党员 {total} 名，{said}。")]
    if kind == Kind.COMMITTEE and total < COMMITTEE_MIN:
        return [SizeFinding("org-committee-100", "人数不足", f"党员 {total} 名，不足 100 名，设机关党委须经上级批准。")]
    return []


def _of_branch(total: int, full: int, seats: int | None, units: int | None) -> Iterable[SizeFinding]:
    if full < BRANCH_MIN:
        words = f"正式党员 {full} 名，不足 {BRANCH_MIN} 名，应与邻近单位成立联合党支部。"
        yield SizeFinding("org-branch-3", f"不足 {BRANCH_MIN} 名", words)
    if total > BRANCH_MAX:
        words = f"党员 {total} 名，一般不超过 {BRANCH_MAX} 名，可考虑分设党支部。"
        yield SizeFinding("org-branch-max-50", f"超过 {BRANCH_MAX} 名", words)
    if seats is not None and full >= WITH_COMMITTEE and seats < COMMITTEE_MINIMUM:
        words = f"正式党员 {full} 名，满 {WITH_COMMITTEE} 名应设支部委员会，现有委员 {seats} 名。"
        yield SizeFinding("org-committee-7", "未设支委会", words)
    if seats is not None and seats > SEATS_MAX:
        words = f"支部委员会现有 {seats} 人，一般不超过 {SEATS_MAX} 人。"
        yield SizeFinding("org-committee-size", f"委员超过 {SEATS_MAX} 人", words)
    if units is not None and units > UNITS_MAX:
        words = f"联合党支部覆盖 {units} 个处室，一般不超过 {UNITS_MAX} 个。"
        yield SizeFinding("org-joint-branch", f"覆盖超过 {UNITS_MAX} 个", words)
