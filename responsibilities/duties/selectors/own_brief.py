"""What a member of the leading group owes and leads, in a few lines for his start page."""

from typing import Any

from django.urls import reverse

from branches.access.models import User
from responsibilities.duties.selectors.own import own_page
from responsibilities.work.models import SyncState
from responsibilities.work.selectors import board
from responsibilities.work.selectors.items import items_in


def own_brief(user: User) -> list[dict[str, Any]]:
    """Return [{name, words, late, url}]: his duties of the year, the work in his charge, his contact branches."""
    page = own_page(user)
    head = page["head"]
    rows = [
        {
            "name": "我的责任",
            "words": f"{head.duties} 项责任，{head.on_time} 项按期" if page["lists"] else "还没有责任清单",
            "late": f"逾期 {head.overdue}" if head.overdue else "",
            "url": reverse("own_duties"),
        }
    ]
    year = board.this_year()
    led = board.selected(items_in(user, year).filter(leader=user.pk), year)
    if led.items:
        numbers = board.counts(led)
        come = numbers[board.CLOSED] + numbers[board.OPEN]
        wrong = numbers[SyncState.MISSING.value] + numbers[SyncState.LAGGING.value]
        rows.append(
            {
                "name": "分管业务",
                "words": f"{numbers['']} 项，到考核 {come} 项，闭环 {numbers[board.CLOSED]} 项",
                "late": f"不同步 {wrong} 处" if wrong else "",
                "url": f"{reverse('sync_board')}?leader={user.pk}",
            }
        )
    for place in page["contacts"]:
        url = f"{reverse('requirement_list')}?organisation={place.pk}"
        rows.append({"name": "联系点", "words": place.label, "late": "", "url": url})
    return rows
