"""What waits of Party workers: classes to be recorded, inductions past their day, topics to be found or reviewed; lengths to be confirmed."""

from datetime import timedelta

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, REVIEW
from common import clock
from common.operator import Actor
from common.periods import YEAR, Period
from common.text import quoted
from members.cadres.models import ClassRecord, StudyTopic, TrainingClass, member_of
from members.cadres.selectors.secretaries import secretary_years
from members.cadres.selectors.topics import SOON, due_for
from members.education.brought import waiting_for as brought_waiting
from members.education.models import LengthMend

# So many organisations are reckoned for a line; of more, the register says it.
MOST = 60


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return the lines of whoever keeps the rosters, of whoever reviews, and of whoever looks into a topic."""
    found = _of_groups(user)
    if access.has_right(user, MEMBERS, organisation):
        found += [*_classes(organisation), *_inductions(organisation)]
    found += _topics(user, organisation)
    if access.holds_anywhere(user, REVIEW):
        number = LengthMend.objects.waiting().visible_to(user, REVIEW).exclude(stated_by=user.pk).order_by().count()
        if number:
            url = reverse("education_unknown")
            found.append(Task("mend_waiting", f"{number} 份补填时长待确认", "确认后计入学时", url, rank=(2, 0)))
        brought = brought_waiting(user).exclude(stated_by=user.pk).order_by().count()
        if brought:
            url = reverse("education_unknown")
            found.append(Task("mend_waiting", f"{brought} 份转来学时待确认", "确认后计入学时", url, rank=(2, 1)))
    return found


def _classes(organisation: Organisation) -> list[Task]:
    held = ClassRecord.objects.active().order_by().values("training_class")
    rows = TrainingClass.objects.filter(organisation=organisation, cancelled_on__isnull=True, last__lt=clock.today())
    late = rows.exclude(pk__in=held).order_by("first")
    return [
        Task(
            "class_due",
            f"{row.title}已办完，还没有登记",
            "一次点击登记成记录",
            reverse("cadres_class", args=[row.pk]),
            rank=(1, 0),
        )
        for row in late[:4]
    ]


def _inductions(organisation: Organisation) -> list[Task]:
    """A new secretary whose induction is past its day, for the office that arranges it and for his own branch."""
    places = list(Organisation.objects.within(organisation).order_by().values_list("pk", flat=True)[: MOST + 1])
    if organisation.kind == Kind.SMALL_GROUP or len(places) > MOST:
        return []
    today = clock.today()
    rows = secretary_years(Period.containing(YEAR, today), places, today)
    late = [row for row in rows if row.induction_overdue(today)]
    if not late:
        return []
    names = "、".join(row.name for row in late[:3]) + (f"等 {len(late)} 人" if len(late) > 3 else "")
    url = f"{reverse('cadres_register')}?post=secretary"
    return [Task("overdue", f"{names}任职培训逾期", "排培训或登记已参加的培训", url, rank=(0, 0))]


def _topics(user: Actor, organisation: Organisation) -> list[Task]:
    if not access.has_right(user, MEMBERS, organisation):
        return []
    soon, reviewing, unused = due_for(user, organisation, clock.today())
    url = reverse("cadres_topics")
    found = []
    if reviewing:
        found.append(
            Task(
                "topic_found",
                f"{reviewing} 个课题已结题，待评定",
                "由未参加课题的人评定",
                f"{url}?state=found",
                rank=(2, 1),
            )
        )
    if soon:
        found.append(
            Task("due_soon", f"{soon} 个课题临近或超过结题时限", "由课题组结题", f"{url}?state=open", rank=(3, 0))
        )
    if unused:
        found.append(
            Task(
                "topic_reference",
                f"{unused} 个课题成果还没有转化",
                "由课题形成制度、经验等",
                f"{url}?state=reviewed",
                rank=(4, 0),
            )
        )
    return found


def _of_groups(user: Actor) -> list[Task]:
    """Topics that this person leads and that are due."""
    member = member_of(user)
    if member is None:
        return []
    rows = StudyTopic.objects.open().filter(lead=member, due__lte=clock.today() + timedelta(days=SOON))
    return [
        Task(
            "overdue" if row.due < clock.today() else "due_soon",
            f"课题{quoted(row.title)}{clock.in_words(row.due)}前结题",
            "填写研究结果",
            reverse("cadres_topic", args=[row.pk]),
            rank=(0, 1),
        )
        for row in rows.order_by("due")[:4]
    ]


WAITING = Waiting("党务干部", "cadres_register", tasks)
