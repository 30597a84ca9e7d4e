from django.db import migrations


class Migration(migrations.Migration):
    # Apart from the move itself: PostgreSQL takes no column off a table whose rows have just been written.
    dependencies = [("assessments", "0008_ballots_and_self_ratings")]

    operations = [migrations.RemoveField(model_name="manualentry", name="ballots")]
