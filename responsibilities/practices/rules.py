"""Pure decisions on practices: what is wrong with one, how an effect is said, what is lacking for the next state."""

import re
from datetime import date, timedelta

from common.periods import MONTH, Period, add_months
from common.text import quoted
from responsibilities.practices.kept import OTHERS_FROM, Effect, Figure
from responsibilities.practices.models import Stage

# Lines of steps that a draft of a policy takes over.
MOST_LINES = 20
NOT_ENOUGH = "数据不足，尚不能比较"
OWN_ADOPTION = "本支部的做法不必再登记采用。"
OWN_DECISION = "本人登记的事项由他人审定。"
OWN_PLACE = "本人所在组织的做法由他人审定。"
NOT_REPORTED = "采用的组织还没有报告结果。"
# A number only with its sign: 「3个工作日内报送」 and 「1.5倍」 are no numbered steps.
_NUMBERED = re.compile(
    r"^(?:第?[0-9一二三四五六七八九十]+步[:：、.．]|[(（][0-9一二三四五六七八九十]+[)）]|[0-9]+[.．](?![0-9])|[0-9]+[、)）]"
    r"|[一二三四五六七八九十]+、)\s*"
)
_GRAINS = {"quarter": "季", "half": "半年", "year": "年"}


def grain_words(measure: str, grain: str) -> str:
    """Return why a measure cannot be compared over months, "" where it can. grain: kind of period of its facts, "" for none."""
    if not grain:
        return f"没有{quoted(measure)}这个计量项。"
    return "" if grain == MONTH else f"该计量项按{_GRAINS[grain]}计，不能比较前后数月。"


def windows(start: date, months: int) -> tuple[list[Period], list[Period]]:
    """Return (full months before `start`, full months after it), so many each; the month that is broken by it is left out."""
    broken = Period.containing(MONTH, start)
    whole = start == broken.first
    before = [Period.containing(MONTH, add_months(broken.first, -number)) for number in range(months, 0, -1)]
    skip = 0 if whole else 1
    after = [Period.containing(MONTH, add_months(broken.first, number + skip)) for number in range(months)]
    return before, after


def ready_on(start: date, months: int) -> date:
    """Return the first day on which the months after `start` have passed."""
    return windows(start, months)[1][-1].last + timedelta(days=1)


def latest_start(today: date, months: int) -> date:
    """Return the last day on which an adoption may have begun so that so many full months have passed by `today`."""
    return add_months(today.replace(day=1), -months)


def early_words(start: date, months: int, today: date) -> str:
    """Return why nothing is said yet of what came of an adoption since `start`, "" once so many full months have passed.

    What is adopted to be reported on the next day shows nothing: an effect is read over full months (decisions 173).
    """
    ready = ready_on(start, months)
    return "" if ready <= today else f"采用满 {months} 个整月再看结果，{ready:%Y-%m-%d} 起。"


def short_words(start: date, ends: date | None, months: int) -> str:
    """Return why an adoption that ended is never judged, "" where it lived through so many full months."""
    if ends is None or ends >= ready_on(start, months):
        return ""
    return f"采用不满 {months} 个整月就停止，不作评定。"


def figure_words(figure: Figure, unit: str) -> str:
    """Return 91%（10/11） of a rate, 4 次 of a count, 2.3 次 of the mean of several."""
    if figure.denominator is not None:
        return f"{percent(figure)}%（{figure.numerator}/{figure.denominator}）"
    return f"{figure.numerator / figure.places:.3g} {unit}" if figure.places > 1 else f"{figure.numerator} {unit}"


def percent(figure: Figure) -> int:
    """Return a rate in per cent, rounded half up."""
    assert figure.denominator
    return (200 * figure.numerator + figure.denominator) // (2 * figure.denominator)


def _short(figure: Figure, unit: str) -> str:
    return f"{percent(figure)}%" if figure.denominator is not None else figure_words(figure, unit)


# Since when something is done so: by who took it over, by whose practice it is.
ADOPTED, BEGUN = "采用后", "开始后"


def effect_words(effect: Effect | None, since: str = ADOPTED) -> str:
    """Return 「采用后 78%→91%；同期未采用的 80%→82%」, or why there is no such sentence; "" where no measure was named."""
    if effect is None:
        return ""
    if effect.lack is not None or effect.before is None or effect.after is None:
        later = f"，{effect.ready:%Y-%m} 起可以比较" if effect.ready is not None and effect.lack == "months" else ""
        return f"{NOT_ENOUGH}{later}"
    words = f"{since} {_short(effect.before, effect.unit)}→{_short(effect.after, effect.unit)}"
    if effect.others_before is not None and effect.others_after is not None:
        others = f"{_short(effect.others_before, effect.unit)}→{_short(effect.others_after, effect.unit)}"
        return f"{words}；同期未采用的 {others}"
    return f"{words}；同类组织中未采用的不足 {OTHERS_FROM} 个，不作对照"


def own_words(effect: Effect | None) -> str:
    """Return 「78%（7/9） → 91%（10/11）」 of an organisation alone, or why there is none; "" where no measure was named."""
    if effect is None or effect.lack is not None or effect.before is None or effect.after is None:
        return effect_words(effect)
    return f"{figure_words(effect.before, effect.unit)} → {figure_words(effect.after, effect.unit)}"


# How the policy stands into which a practice that is not formalised was written: it will be in force, or is and says too little.
DRAFTED, LACKING = "drafted", "lacking"


def standing_of(state: str) -> str:
    """Return DRAFTED or LACKING by the state of a version, "" where it is gone."""
    return {"draft": DRAFTED, "coming": DRAFTED, "in_force": LACKING}.get(state, "")


def next_words(stage: str, kept: int, most: int, standing: str) -> str:
    """Return the one thing that is lacking for the next state.

    most: kept adoptions elsewhere that make it spread; standing: what `standing_of` says of the policy it was written into.
    """
    if stage == Stage.CANDIDATE:
        return "还差一步：机关党委认定"
    if stage == Stage.PROVEN:
        steps = {DRAFTED: "制度草案施行", LACKING: "补齐制度的程序和考核规则"}
        return f"还差一步：{steps.get(standing, '写成制度草案')}"
    if stage == Stage.FORMALISED:
        return f"还差 {max(most - kept, 0)} 个组织采用并继续"
    return ""


def step_lines(steps: str) -> list[str]:
    """Return the lines of the steps without their numbers, empty ones left out."""
    lines = [_NUMBERED.sub("", line.strip()) for line in steps.splitlines()]
    return [line for line in lines if line]
