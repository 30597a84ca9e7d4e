"""The committee's duties of which a requirement tells rest on it (judgement 4.1), and no longer on what its branches did.

The requirements that a Party group's duties ask the same topic as say so in their words, where nobody has rewritten them.
"""

from django.db import migrations

# key: (what it was, what it is)
SOURCES = {
    "cm-thought": ({"source": ""}, {"source": "requirements"}),
    "cm-term": ({"source": "terms", "period": "each"}, {"source": "requirements", "period": "requirements"}),
}
DETAILS = {
    "cm-term": ("届满前 6 个月提醒，届满前完成换届", "下级党组织届满前 6 个月提醒"),
    "pg-study": ("", "会议记录的议题选“机关党建”的，计入本项"),
    "pg-strict": ("会议记录的主题或内容写明“从严治党”的，计入本项", "会议记录的议题选“全面从严治党”的，计入本项"),
    "pg-ideology": ("会议记录的主题或内容写明“意识形态”的，计入本项", "会议记录的议题选“意识形态工作”的，计入本项"),
}


def rest_on_requirements(apps, schema_editor):
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
    dependencies = [("responsibilities", "0016_who_noted_business_dates")]

    operations = [migrations.RunPython(rest_on_requirements, as_before)]
