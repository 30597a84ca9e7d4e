"""The jobs that read and write an uploaded table of care; they ask for the roster's right, not for that of importing (decision 212)."""

from branches.reach.rights import MEMBERS
from members.imports.care.plan import branches_kept, plan_marks
from members.imports.care.write import import_marks
from members.imports.worker import Work, jobs_of

MARKS = jobs_of(
    Work("import_care_plan", "import_care", MEMBERS),
    plan_marks,
    import_marks,
    may=lambda by: bool(branches_kept(by)),
    lost="管理本支部名册",
)
