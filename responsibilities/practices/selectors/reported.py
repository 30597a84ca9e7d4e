"""What a report says of practices: how many there are, and at most three with what moved."""

from datetime import date

from common.text import quoted
from responsibilities.practices import kept
from responsibilities.practices.models import Practice, Stage
from responsibilities.practices.rules import BEGUN, effect_words
from responsibilities.practices.selectors.page import effects_of

MOST = 3


def told_of(day: date) -> str:
    """Return the paragraph of a day, "" where nothing has become a policy yet; nobody is named."""
    rows = Practice.objects.with_stage(day).filter(
        stage__in=(Stage.SPREADING, Stage.FORMALISED), created__date__lte=day
    )
    practices = list(rows.select_related("organisation__parent").order_by("-kept", "-created", "-pk"))
    if not practices:
        return ""
    spreading = sum(row.stage == Stage.SPREADING for row in practices)
    text = f"典型经验定型为制度 {len(practices)} 项" + (f"，其中推广 {spreading} 项" if spreading else "")
    return f"{text}：{'；'.join(_line(row) for row in practices[:MOST])}。"


def _line(practice: Practice) -> str:
    words = f"{practice.organisation.label}{quoted(practice.title)}"
    if practice.adopted:
        words += f"有 {practice.adopted} 个组织采用、{practice.better} 个见效"
    effect = effects_of(practice)
    if effect is None or effect.lack is not None:
        return words
    name = kept.keeper().measures().get(practice.measure, "")
    return f"{words}，{name}{effect_words(effect, BEGUN).replace('；', '，')}"
