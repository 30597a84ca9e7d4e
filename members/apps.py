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
        post_migrate.connect(_install_pairs, sender=self, dispatch_uid="members-pairs")
