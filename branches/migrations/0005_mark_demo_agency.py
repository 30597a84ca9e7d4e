"""A database that was made as the demo agency before the mark existed is known by its accounts."""

from django.db import migrations
from django.utils import timezone

ACCOUNTS = ["shuji", "weiyuan", "zuzhang", "zongzhi", "ganbu", "dangwei", "jiwei", "lingdao", "dangzu", "dangyuan"]


def mark(apps, schema_editor):
    if apps.get_model("branches", "User").objects.filter(username__in=ACCOUNTS).count() == len(ACCOUNTS):
        apps.get_model("branches", "Setting").objects.get_or_create(
            key="demo_agency", defaults={"value": "1", "valid_from": timezone.localdate()}
        )


class Migration(migrations.Migration):

    dependencies = [("branches", "0004_first_codes")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop, elidable=True)]
