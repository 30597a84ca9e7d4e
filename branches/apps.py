from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "党组织"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from branches import database, lockout
        from branches.views.accounts import on_login

        post_migrate.connect(database.install_audit_guards, sender=self, dispatch_uid="audit-guards")
        user_logged_in.connect(on_login, dispatch_uid="session-clocks")
        user_login_failed.connect(lockout.on_failure, dispatch_uid="guessing-watch")
