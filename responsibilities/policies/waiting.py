"""What of policies waits for somebody: steps at his seat, policies to take note of, runs that are late; sentences for leaders."""

from django.db.models import Q
from django.urls import reverse

from branches.frame.waiting import Sentence, Task, Waiting
from branches.places.models.organisations import Organisation
from branches.reach.reach import reach_of
from common import clock
from common.operator import Actor
from common.text import quoted
from responsibilities.assigning import answers, assigns_work
from responsibilities.policies.flags import FLAGS, LATE, NO_MECHANISM, RUNS_LATE, TRIAL_WARNING, UNNOTED
from responsibilities.policies.models import PolicyRun, PolicySeat, RunStep
from responsibilities.policies.selectors.policies import CURRENT, Card, cards, readable
from responsibilities.policies.selectors.receipts import open_receipts, unnoted
from responsibilities.policies.selectors.steps import StepView, open_runs, run_views

# Open runs that are looked through for one person.
_MOST = 100


def acting(user: Actor) -> Q:
    """Return the condition «`user` does this step» over RunStep rows (services/runs.py: acts_on)."""
    persons = [getattr(user, "pk", None) or 0, *reach_of(user).principals]
    own = [seat.organisation for seat in reach_of(user).seats if seat.role == "discipline_officer"]
    of_discipline = Q(step__seat=PolicySeat.DISCIPLINE, vacant_at__isnull=True)
    by_place = Q(holder__isnull=True) & ((answers(user) & ~of_discipline) | (of_discipline & Q(organisation__in=own)))
    return by_place | Q(holder__in=persons)


def _steps(user: Actor) -> list[Task]:
    mine = RunStep.objects.filter(acting(user), done_on__isnull=True, skipped_on__isnull=True).order_by()
    keys = set(mine.values_list("pk", flat=True))
    runs = open_runs(PolicyRun.objects.filter(steps__in=keys).distinct())
    found = []
    for view in run_views(runs.select_related("organisation__parent").order_by("opened_on", "pk")[:_MOST]):
        url = reverse("policy_run_detail", args=[view.run.pk])
        found += [_task(view.run, one, url) for one in view.waiting if one.row.pk in keys]
    return found


def _task(run: PolicyRun, one: StepView, url: str) -> Task:
    """Return the Task of one step that waits for somebody; one whose day cannot be said waits last."""
    title, due = one.row.step.title, one.judged.due
    note = f"{title}，{due:%-m月%-d日}截止" if due else f"{title}，{one.judged.why}"
    if one.late:
        note = f"{title}，逾期 {one.late} 天"
    rank = (-one.late, (due - clock.today()).days if due else 10_000)
    return Task(one.state, run.subject, one.note or note, url, rank=rank)


def _to_note(user: Actor) -> list[Task]:
    places = list(Organisation.objects.filter(answers(user, ""), archived_on__isnull=True).select_related("parent"))
    found = []
    for version, owed in open_receipts(places):
        state = "overdue" if owed.state == "overdue" else "due_soon"
        due = f"{owed.due:%-m月%-d日}前" if owed.due else ""
        late = -(clock.today() - owed.due).days if owed.due and owed.state == "overdue" else 0
        rank = (late, (owed.due - clock.today()).days if owed.due else 10_000)
        url = reverse("policy_detail", args=[version.policy_id])
        word = "" if owed.state == "overdue" else "待知悉"
        found.append(Task(state, f"《{version.policy.title}》", f"{due}知悉", url, word, rank))
    return found


def _late_runs(found: list[Card]) -> list[Task]:
    late = [card for card in found if card.counts.late_runs]
    if not late:
        return []
    number = sum(card.counts.late_runs for card in late)
    url = _of_one(late, "policy_detail", RUNS_LATE)
    note = quoted(late[0].policy.title) if len(late) == 1 else f"{len(late)} 项制度"
    return [Task("overdue", f"{number} 次程序逾期", note, url, rank=(-1,))]


def _unnoted(user: Actor, found: list[Card]) -> list[Task]:
    left = unnoted(user, [card.version for card in found if card.state == CURRENT])
    late = [card for card in found if card.version.pk in left]
    if not late:
        return []
    places = sum(left.values())
    named = f"{quoted(late[0].policy.title)}{places} 个组织" if len(late) == 1 else f"各项合计 {places} 个组织"
    url = _of_one(late, "policy_receipts", UNNOTED)
    return [Task("overdue", f"{len(late)} 项制度逾期未知悉", f"{named}，可以提醒", url, rank=(0,))]


def _of_one(found: list[Card], name: str, flag: str) -> str:
    """Return the page of the only one, else the list of them."""
    if len(found) == 1:
        return reverse(name, args=[found[0].policy.pk])
    return f"{reverse('policy_list')}?flag={flag}"


def _of_staff(user: Actor, organisation: Organisation) -> list[Task]:
    if not assigns_work(user, organisation):
        return []
    today = clock.today()
    found = cards(user, readable(user))
    flagged = [card for card in found if card.state == CURRENT and card.without_mechanism]
    url = reverse("policy_list")
    tasks = []
    if flagged:
        tasks.append(
            Task(
                "unknown",
                f"{len(flagged)} 项{FLAGS[NO_MECHANISM]}",
                "补齐程序和考核规则",
                f"{url}?flag={NO_MECHANISM}",
                "待补",
                (1,),
            )
        )
    tasks += _late_runs(found) + _unnoted(user, found)
    late = [card for card in found if LATE in card.flags]
    if late:
        tasks.append(Task("overdue", f"{len(late)} 项{FLAGS[LATE]}", "看是哪几步", f"{url}?flag={LATE}", rank=(0,)))
    for card in found:
        end = card.version.in_force_to
        if card.policy.trial and card.state == CURRENT and end and (end - today).days <= TRIAL_WARNING:
            one = reverse("policy_detail", args=[card.policy.pk])
            tasks.append(
                Task("due_soon", card.policy.title, f"试行至{end:%-m月%-d日}，请修订或转为正式", one, "试行将满", (2,))
            )
    return tasks


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return the Tasks of policies for `user`."""
    return [*_steps(user), *_to_note(user), *_of_staff(user, organisation)]


def sentences(user: Actor, organisation: Organisation) -> list[Sentence]:
    """Return what a leader reads: 「有效制度 31 项，制度有、机制无 6 项」, and of those that he stewards."""
    found = [card for card in cards(user, readable(user)) if card.state == CURRENT]
    if not found:
        return []
    url = reverse("policy_list")
    lacking = [card for card in found if card.without_mechanism]
    words = f"有效制度 {len(found)} 项"
    lines = [Sentence(f"{words}，机制齐全", url)]
    if lacking:
        said = f"{words}，{FLAGS[NO_MECHANISM]} {len(lacking)} 项"
        lines = [Sentence(said, f"{url}?flag={NO_MECHANISM}")]
    mine = [card for card in found if card.policy.steward_id == getattr(user, "pk", None)]
    lines += [
        Sentence(f"您解释的{quoted(card.policy.title)}：{card.words}", reverse("policy_detail", args=[card.policy.pk]))
        for card in mine
        if not card.complete
    ]
    return lines


WAITING = Waiting("制度", "policy_list", tasks, sentences)
