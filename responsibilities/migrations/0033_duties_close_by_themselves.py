"""Duties of which other subjects hold the proof close by themselves in lists that were issued before, as in those issued since.

Where nobody has rewritten what they ask, they say so in their words. What was reported of them in words stays in the table.
"""

from django.db import migrations

# key: (what it was, what it is)
SOURCES = {
    "pg-approve": ({"source": ""}, {"source": "development"}),
    "cm-dev": ({"source": ""}, {"source": "development"}),
    "gb-dev": ({"source": ""}, {"source": "development"}),
    "br-dev": ({"source": "", "period": "each"}, {"source": "development", "period": "quarter"}),
    "cm-train": ({"source": "activities"}, {"source": "classes"}),
    "cm-fee": ({"source": ""}, {"source": "dues"}),
    "br-fee": ({"source": "", "period": "quarter"}, {"source": "requirements", "period": "requirements"}),
    "mb-fee": ({"source": ""}, {"source": "dues"}),
    "ld-care": ({"source": ""}, {"source": "care"}),
    "cm-care": ({"source": ""}, {"source": "care"}),
    "br-care": ({"source": "", "unit": "次"}, {"source": "care", "unit": "人次"}),
    "br-promise": ({"source": ""}, {"source": "commitments"}),
    "mb-promise": ({"source": ""}, {"source": "commitments"}),
    "mb-move": ({"source": ""}, {"source": "transfers"}),
    "mb-vote": ({"source": ""}, {"source": "votes"}),
    "mb-work": ({"source": ""}, {"source": "tasks"}),
}
DETAILS = {
    "pg-approve": ("逐件研究，年底前报告一次办理情况", "机关党委审批以前，逐件讨论决定"),
    "gb-dev": ("逐件审议，年底前报告一次；没有发生的写明没有发生", "逐件审议"),
    "br-dev": (
        "各环节按时限办理；系统没有发展党员数据，年底前报告一次",
        "各环节按时限办理，逾期的写明原因并经上级认可",
    ),
    "br-fee": ("每月收缴、每年公布；随“党费”功能启用，目前不要求填报", "年初核定、每月收缴、每年公布"),
    "mb-fee": ("每月交纳；系统没有党费数据，每年报告一次", "每月交纳，由所在支部登记"),
    "br-promise": (
        "1月底前公布承诺，12月底前评诺；系统没有承诺数据，每年报告一次",
        "1月底前公布承诺，年底在民主评议中评诺；由系统按承诺的公开和评定认定",
    ),
    "mb-promise": (
        "1月底前作出承诺，12月底前评诺；系统没有承诺数据，每年报告一次",
        "1月底前作出承诺，年底前说明兑现情况；由系统按承诺认定",
    ),
    "br-care": (
        "触发后 30 天内走访，年底前报告一次",
        "元旦春节前和住院、受灾等事由发生后按期走访；由系统按走访、谈心记录认定",
    ),
    "mb-move": (
        "离开后 6 个月内转接，年底前报告一次；没有变动的写明没有",
        "离开后 6 个月内转接；由所在支部办理，系统自动认定",
    ),
    "mb-vote": (
        "换届选举时参加，年底前报告一次；没有选举的写明没有",
        "参加换届选举和接收、转正的表决；由系统按考勤认定",
    ),
    "mb-work": ("按交办时限完成，年底前报告一次", "按会议决议写明的时限完成；由系统按决议落实的登记认定"),
}


def close_by_themselves(apps, schema_editor):
    rows = apps.get_model("responsibilities", "Duty").objects
    for key, (was, now) in SOURCES.items():
        rows.filter(key=key, **was).update(**now)
    for key, (old, new) in DETAILS.items():
        rows.filter(key=key, detail=old).update(detail=new)


def as_before(apps, schema_editor):
    rows = apps.get_model("responsibilities", "Duty").objects
    for key, (was, now) in SOURCES.items():
        rows.filter(key=key, **now).update(**was)
    for key, (old, new) in DETAILS.items():
        rows.filter(key=key, detail=new).update(detail=old)


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0032_practice_of_topic")]

    operations = [migrations.RunPython(close_by_themselves, as_before)]
