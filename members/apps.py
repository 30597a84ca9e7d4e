from django.apps import AppConfig
from django.db.models.signals import post_migrate

# What a search looks for a word in.
SEARCHED = (("members_activity", "title"), ("members_member", "name"))


def _install_pairs(**_):
    from common.pairs import install_pairs

    install_pairs(*SEARCHED)


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "党员与活动"

    def ready(self):
        from members.development.dues import days_admitted
        from members.dues import above
        from members.roster.sections import discover
        from members.transfers.dues import months_kept

        discover("members")
        post_migrate.connect(_install_pairs, sender=self, dispatch_uid="members-pairs")
        if months_kept not in above.KEPT:
            above.KEPT.append(months_kept)
            above.APPROVED.append(days_admitted)
