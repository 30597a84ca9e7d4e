"""By which subject the verbs of the trail are grouped where one is chosen, by the word before the dot."""

from collections.abc import Iterable

from branches.audit.verbs import verb_label
from common.names import initials_of

OTHER = "其他"
# In the order in which they are offered.
_GROUPS: tuple[tuple[str, str], ...] = (
    ("账号、登录和权限", "account login factor identity appointment charge"),
    (
        "组织和党内职务",
        "organisation term post department coverage party_work party_workers party_workers_sheet staff_total",
    ),
    ("党员", "member membership roster own_file own_calendar correction transfer transfer_letter"),
    ("活动记录", "activity resolution leave length file ways"),
    ("学习培训", "brought study study_certificate training_plan training_class certificates topic"),
    ("发展党员", "development"),
    ("党费、关怀和承诺", "dues dues_sheet care care_sheet honour commitment commitment_sheet rating"),
    ("义务、责任和业务", "requirement duty duty_list work cadre"),
    ("督查、征集和通报", "supervision collect circular"),
    ("制度、品牌和资源", "policy policy_run campaign practice resource offer"),
    (
        "目标、考核和报告",
        "target targets target_letter scheme assessment entry result objection score report sync dashboard",
    ),
    ("台账导入", "import"),
    ("设定、审计和备份", "setting audit keys backup restore feedback"),
)
SUBJECTS = {word: group for group, words in _GROUPS for word in words.split()}


def grouped(verbs: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return [(subject, [(verb, label)])] of some verbs: subjects in their order, the labels in that of their pinyin."""
    found: dict[str, list[tuple[str, str]]] = {group: [] for group in (*dict(_GROUPS), OTHER)}
    for verb in verbs:
        found[SUBJECTS.get(verb.split(".")[0], OTHER)].append((verb, verb_label(verb)))
    return [
        (group, sorted(rows, key=lambda row: (initials_of(row[1]), row[1]))) for group, rows in found.items() if rows
    ]
