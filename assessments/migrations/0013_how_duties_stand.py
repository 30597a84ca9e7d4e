"""How each duty stands is kept from now on: the slots of the duty lists are filled anew, and say so until then."""

from django.db import migrations


def fill_anew(apps, schema_editor):
    apps.get_model("assessments", "FillState").objects.filter(family="duty").update(state="started")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_objections_keep_their_figures")]

    operations = [migrations.RunPython(fill_anew, migrations.RunPython.noop)]
