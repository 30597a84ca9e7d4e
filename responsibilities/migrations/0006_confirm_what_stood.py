from django.db import migrations


def keep_what_was_confirmed(apps, schema_editor):
    """Links that stood before a confirmation was asked for stay confirmed where their record is accepted, or is a paper.

    Nobody wrote a sentence for them, so that none is made up. branch: who carries the item and held the meeting, else the
    one that leads, else who arranged the item.
    """
    Evidence = apps.get_model("responsibilities", "StageEvidence")
    Carrier = apps.get_model("responsibilities", "WorkCarrier")
    carriers = {}
    for item, place in Carrier.objects.order_by("-leads", "pk").values_list("item", "organisation"):
        carriers.setdefault(item, []).append(place)
    rows = Evidence.objects.select_related("stage__item", "activity__organisation").order_by("pk")
    changed = []
    for row in rows.iterator(chunk_size=1000):
        places = carriers.get(row.stage.item_id, [row.stage.item.organisation_id])
        host = row.activity.organisation if row.activity_id else None
        own = [pk for pk in ((host.pk, host.parent_id) if host else ()) if pk in places]
        row.branch_id = (own or places)[0]
        if row.activity_id is None or row.activity.state == "accepted":
            row.confirmed_at = row.added
        changed.append(row)
    Evidence.objects.bulk_update(changed, ["branch", "confirmed_at"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0005_evidence_sentences_and_confirmation")]

    operations = [migrations.RunPython(keep_what_was_confirmed, migrations.RunPython.noop)]
