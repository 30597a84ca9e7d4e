"""Awards that were written with the name of a brand project find the honour that was entered with it."""

from django.db import migrations

NAMED = "品牌命名："


def tie(apps, schema_editor):
    """Tie each named brand project to the honour that was entered with it: same organisation, words and day."""
    outcome_model, honour_model = apps.get_model("responsibilities", "CampaignOutcome"), apps.get_model("members", "Honour")
    rows = outcome_model.objects.filter(kind="award", text__startswith=NAMED, honour__isnull=True).order_by("pk")
    for row in rows:
        same = honour_model.objects.filter(
            organisation_held=row.organisation_id, title=row.text[:60], granted_on=row.day
        )
        taken = outcome_model.objects.filter(campaign=row.campaign_id, honour__isnull=False).values("honour")
        honour = same.exclude(pk__in=taken).order_by("pk").first()
        if honour is not None:
            row.honour = honour
            row.save(update_fields=["honour"])


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0030_outcome_of_honour")]

    operations = [migrations.RunPython(tie, migrations.RunPython.noop)]
