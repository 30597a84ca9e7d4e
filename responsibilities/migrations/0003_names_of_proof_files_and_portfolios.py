"""Two models say what they are; their tables keep their names, so nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0002_work_duties_supervision")]

    operations = [
        migrations.AlterModelTable(name="paper", table="responsibilities_paper"),
        migrations.RenameModel(old_name="Paper", new_name="ProofFile"),
        migrations.AlterModelTable(name="leadercharge", table="responsibilities_leadercharge"),
        migrations.RenameModel(old_name="LeaderCharge", new_name="LeaderPortfolio"),
    ]
