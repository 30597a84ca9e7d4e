"""A meeting about Party work takes the quorum of the Party group's seats: those held are judged anew by the worker."""

from django.db import migrations
from django.db.models import Max, Min


def mark(apps, schema_editor):
    """Leave a mark for each place with such meetings; the worker judges what it marks before facts are filled."""
    judged = apps.get_model("members", "ActivityJudgement").objects.filter(kind="party_special").order_by()
    spans = judged.values("organisation").annotate(first=Min("activity__day"), last=Max("activity__day"))
    apps.get_model("branches", "ChangeMark").objects.bulk_create(
        apps.get_model("branches", "ChangeMark")(
            organisation_id=span["organisation"], first_day=span["first"], last_day=span["last"], subject="roster"
        )
        for span in spans
    )


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0022_sent_forms'),
        ('members', '0017_answers_of_corrections'),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
