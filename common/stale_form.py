"""Forms that were drawn from what no longer stands: nobody overwrites what another wrote, where a row has no version."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from common import clock
from common.errors import Conflict, Stale
from common.text import quoted


def form_mark(values: Mapping[str, Any]) -> str:
    """Return a short mark of plain values, for a hidden field of the form that shows them."""
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def require_unchanged(mark: str, values: Mapping[str, Any], message: str) -> None:
    """Raise Conflict when the form was drawn from other values than those that stand now; an empty mark asks nothing."""
    if mark and mark != form_mark(values):
        raise Conflict(message)


def draw_again(form: forms.Form, stale: Stale, now: Mapping[str, Any]) -> None:
    """Keep what was typed and put beside it what stands now: who changed it and when on top, the present value at its field.

    now: the values with which the form would be opened now, its version among them: sent once more, it writes over them.
    """
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # of a form that was sent it is a QueryDict
    for name, field in form.fields.items():
        if field.widget.is_hidden and name in now:
            data[form.add_prefix(name)] = now[name]
    form.data = data
    form.add_error(
        None, f"{stale.message}{_when(stale)}您填写的内容都在，与现在不同的已在旁边注明；再次保存以您填写的为准。"
    )
    for name, field in form.fields.items():
        if name not in now or field.widget.is_hidden or not field.has_changed(now[name], form[name].data):
            continue
        shown = _shown(field, now[name])
        form.add_error(name, f"现在是{quoted(shown)}。" if shown else "现在没有填写。")


def _when(stale: Stale) -> str:
    if stale.at is None:
        return ""
    moment = timezone.localtime(stale.at)
    return f"修改时间：{clock.in_words(moment.date())} {moment:%H:%M}。"


def _shown(field: forms.Field, value: Any) -> str:
    """Return a value as its field shows it: of choices their words, of a box whether it is ticked."""
    if isinstance(value, bool):
        return "已勾选" if value else "未勾选"
    choices = {
        str(key): str(words) for key, words in getattr(field, "choices", ()) if not isinstance(words, list | tuple)
    }
    many = value if isinstance(value, list | tuple | set) else [value]
    return "、".join(choices.get(str(one), "" if one is None else str(one)) for one in many)
