"""Study topics: set, interim, found, reviewed, and where the finding went."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, MEMBERS, REVIEW, VIEW
from common import clock
from common.requests import Request
from members.cadres.forms import (
    CancelForm,
    FoundForm,
    InterimForm,
    ReviewForm,
    TopicFilter,
    TopicForm,
    topic_places,
)
from members.cadres.loaders import people_for, topic_for, topic_place
from members.cadres.models import StudyTopic, in_group, member_of
from members.cadres.selectors.topics import (
    chosen_of,
    line_of,
    meeting_of,
    meetings_of,
    topics_of,
    topics_visible,
    use_url,
)
from members.cadres.services.topics import (
    not_in_group,
    sets_for,
    topic_cancel,
    topic_found,
    topic_interim,
    topic_review,
    topic_set,
    why_not_review,
)
from members.roster.namesakes import called

PAGE = 20
# Where something may be made of a finding: (name of the page, words of the link, rights of which it asks for one).
_MADE = (
    ("policy_new", "制度", (ASSIGN,)),
    ("practice_new", "典型经验", (DUTIES, REVIEW)),
    ("target_list", "目标", (ASSIGN,)),
    ("campaign_new", "载体", (ASSIGN,)),
)
_SET = ("lead", "title", "question", "first", "due")


@login_required
@require_GET
def cadres_topics(request: Request) -> HttpResponse:
    """The topics that this reader may see; whoever belongs to a group finds his own here without any office."""
    visible = topics_visible(request.user)
    if not access.holds_anywhere(request.user, VIEW) and not visible.exists():
        raise Http404
    form = TopicFilter(request.GET, user=request.user)
    chosen = form.chosen()
    rows = chosen_of(visible, chosen.get("state") or "", chosen.get("organisation"))
    page: Any = Paginator(rows.order_by("-first", "-pk"), PAGE).get_page(request.GET.get("page"))
    lines = topics_of(page.object_list)
    page.object_list = [(line, [(use, use_url(use)) for use in line.uses]) for line in lines]
    used = chosen_of(visible, "used", None).count()
    number = visible.filter(cancelled_on__isnull=True).count()
    context = {
        "title": f"{number} 个调研课题，{used} 个已转化" if number else "还没有调研课题",
        "sub": "课题组填写结果，由未参加课题的人评定；由课题形成的制度、经验、目标、载体自动列为转化",
        "form": form,
        "page": page,
        "narrowed": form.narrows(),
        "may_set": topic_places(request.user).exists(),
        "may_see_register": access.holds_anywhere(request.user, MEMBERS),
    }
    return render(request, "members/cadres/topics.html", context)


def _place(request: Request) -> Organisation:
    places = topic_places(request.user)
    asked = request.GET.get("organisation", "")
    if asked:
        return topic_place(request.user, asked)
    first = places.in_tree_order().first()
    if first is None:
        if access.holds_anywhere(request.user, VIEW):
            raise access.Forbidden(DUTIES)
        raise Http404
    return first


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_new(request: Request) -> HttpResponse:
    place = _place(request)

    def act(values: dict[str, Any]) -> tuple[str, str]:
        row = topic_set(
            by=request.user,
            organisation=place,
            values={name: values[name] for name in _SET},
            others=values["others"],
            form_key=values["form_key"],
        )
        return f"已立题：{row.title}", reverse("cadres_topic", args=[row.pk])

    return acted(
        request,
        TopicForm(posted(request), people=people_for(place), initial={"form_key": uuid.uuid4()}),
        act,
        template="generic/form.html",
        title="立调研课题",
        sub=f"{place.label}　" + ("由本组织部署" if sets_for(request.user, place) else "自行提出，上级可以看到"),
        verb="立题",
        cancel=reverse("cadres_topics"),
    )


@login_required
@require_GET
def cadres_topic(request: Request, pk: int) -> HttpResponse:
    topic = topic_for(request, pk)
    uses = list(topic.uses.all())
    line = line_of(topic, uses)
    mine = in_group(topic, member_of(request.user))
    reviews = access.has_right(request.user, ASSIGN, topic.organisation)
    running = topic.cancelled_on is None
    why = why_not_review(request.user, topic) if reviews else ""
    context = {
        "title": f"{topic.title}：{line.said}",
        "sub": f"{topic.organisation.label}　负责人 {topic.lead.name}" + ("　自行提出" if topic.proposed else ""),
        "topic": topic,
        "line": line,
        "uses": [(use, use_url(use)) for use in uses],
        "others": list(topic.others.all()),
        "may_fill": mine and running and not topic.level,
        "may_interim": mine and running and topic.found_on is None,
        "may_review": reviews and running and topic.found_on is not None and not why,
        "why_not": why if topic.found_on is not None and not topic.level else "",
        "may_edit": running and topic.found_on is None and sets_for(request.user, topic.organisation) is not None,
    }
    context["made"] = _made(request, topic) if running and topic.found_on is not None else []
    return render(request, "members/cadres/topic.html", context)


def _made(request: Request, topic: StudyTopic) -> list[tuple[str, str]]:
    """Return [(words, address)] of what the reader can make of a finding: by his office anywhere, a practice of the branch itself."""
    found = []
    for name, words, rights in _MADE:
        if ASSIGN in rights:
            may = access.holds_anywhere(request.user, ASSIGN)
        else:
            of_branch = topic.organisation.kind in (Kind.BRANCH, Kind.GENERAL_BRANCH)
            may = of_branch and any(access.has_right(request.user, right, topic.organisation) for right in rights)
        if not may:
            continue
        try:
            found.append((words, f"{reverse(name)}?topic={topic.pk}"))
        except NoReverseMatch:
            continue
    return found


def _shown(topic: StudyTopic) -> dict[str, Any]:
    """Return with what the form of a topic is opened."""
    initial = {name: getattr(topic, name) for name in ("title", "question", "first", "due", "version")}
    others = list(topic.others.all())
    same = people_for(topic.organisation).filter(name__in={one.name for one in (topic.lead, *others)})
    names = called([topic.lead, *others, *same])
    return initial | {"lead": names[topic.lead_id], "others": "、".join(names[one.pk] for one in others)}


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_edit(request: Request, pk: int) -> HttpResponse:
    topic = topic_for(request, pk)
    if sets_for(request.user, topic.organisation) is None:
        raise access.Forbidden(ASSIGN, topic.organisation)

    def act(values: dict[str, Any]) -> str:
        topic_set(
            by=request.user,
            organisation=topic.organisation,
            topic=topic,
            values={name: values[name] for name in _SET},
            others=values["others"],
            version=values["version"],
        )
        return "已保存课题"

    return acted(
        request,
        TopicForm(posted(request), people=people_for(topic.organisation), initial=_shown(topic)),
        act,
        now=lambda: _shown(topic_for(request, pk)),
        template="generic/form.html",
        title=f"修改课题：{topic.title}",
        sub=topic.organisation.label,
        verb="保存",
        cancel=reverse("cadres_topic", args=[pk]),
    )


def _group(request: Request, pk: int) -> StudyTopic:
    topic = topic_for(request, pk)
    if not in_group(topic, member_of(request.user)):
        raise not_in_group()
    return topic


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_interim(request: Request, pk: int) -> HttpResponse:
    topic = _group(request, pk)

    def shown(row: StudyTopic) -> dict[str, Any]:
        return {"interim": row.interim, "version": row.version}

    def act(values: dict[str, Any]) -> str:
        topic_interim(by=request.user, topic=topic, **values)
        return "已登记中期情况"

    return acted(
        request,
        InterimForm(posted(request), initial=shown(topic)),
        act,
        now=lambda: shown(topic_for(request, pk)),
        template="generic/form.html",
        title=f"中期：{topic.title}",
        sub="可以不填；写到哪一步、还缺什么",
        verb="保存",
        cancel=reverse("cadres_topic", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_found(request: Request, pk: int) -> HttpResponse:
    topic = _group(request, pk)

    def act(values: dict[str, Any]) -> str:
        activity = meeting_of(topic, values["activity"])
        topic_found(
            by=request.user, topic=topic, finding=values["finding"], activity=activity, version=values["version"]
        )
        return "已结题，待评定"

    def shown(row: StudyTopic) -> dict[str, Any]:
        return {"finding": row.finding, "activity": str(row.activity_id or ""), "version": row.version}

    return acted(
        request,
        FoundForm(posted(request), meetings=meetings_of(topic), initial=shown(topic)),
        act,
        now=lambda: shown(topic_for(request, pk)),
        template="generic/form.html",
        title=f"结题：{topic.title}",
        sub=topic.question,
        verb="结题",
        cancel=reverse("cadres_topic", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_review(request: Request, pk: int) -> HttpResponse:
    topic = topic_for(request, pk)
    if not access.has_right(request.user, ASSIGN, topic.organisation):
        raise access.Forbidden(ASSIGN, topic.organisation)
    if problem := why_not_review(request.user, topic):
        raise access.Forbidden(ASSIGN, topic.organisation, problem)

    def act(values: dict[str, Any]) -> str:
        topic_review(by=request.user, topic=topic, **values)
        return "已评定"

    def shown(row: StudyTopic) -> dict[str, Any]:
        return {"level": row.level, "reason": row.reason, "version": row.version}

    return acted(
        request,
        ReviewForm(posted(request), initial=shown(topic)),
        act,
        now=lambda: shown(topic_for(request, pk)),
        template="generic/form.html",
        title=f"评定：{topic.title}",
        sub=f"{topic.lead.name}等 {clock.in_words(topic.found_on)}结题" if topic.found_on else "还没有结题",
        verb="评定",
        cancel=reverse("cadres_topic", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def cadres_topic_cancel(request: Request, pk: int) -> HttpResponse:
    topic = topic_for(request, pk)
    if sets_for(request.user, topic.organisation) is None:
        raise access.Forbidden(ASSIGN, topic.organisation)

    def act(values: dict[str, Any]) -> str:
        topic_cancel(by=request.user, topic=topic, **values)
        return "已终止课题"

    return acted(
        request,
        CancelForm(posted(request)),
        act,
        title=f"终止课题：{topic.title}？",
        text="课题保留在列表中，标为已终止。",
        verb="终止",
        cancel=reverse("cadres_topic", args=[pk]),
    )
