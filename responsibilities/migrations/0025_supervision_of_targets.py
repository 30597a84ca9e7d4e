"""Supervisions may be about a target (党建目标): choices only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("responsibilities", "0024_campaign_policy")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="subject",
            field=models.CharField(
                choices=[
                    ("duty", "责任事项"),
                    ("stage", "同步环节"),
                    ("requirement", "应办义务"),
                    ("result", "考核结果"),
                    ("run", "制度程序"),
                    ("target", "党建目标"),
                    ("free", "其他"),
                ],
                default="free",
                max_length=12,
                verbose_name="督查对象",
            ),
        )
        for model in ("supervision", "supervisiondraft")
    ]
