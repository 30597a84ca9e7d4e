from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate

from common import many as many  # registers how many ids are asked for


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "党组织"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in, user_login_failed

        from branches.access import demo, lockout
        from branches.access.views.sign_in import on_login
        from branches.agencies import checks as of_agencies
        from branches.audit import guards, roles

        checks.register(demo.check_database, checks.Tags.security, deploy=True)
        checks.register(roles.check_role, checks.Tags.security, deploy=True)
        checks.register(of_agencies.check_served_by_threads)
        checks.register(of_agencies.check_door)
        post_migrate.connect(guards.install_audit_guards, sender=self, dispatch_uid="audit-guards")
        user_logged_in.connect(on_login, dispatch_uid="session-clocks")
        user_login_failed.connect(lockout.on_failure, dispatch_uid="guessing-watch")
        # Imported last: axes' own watchers come after ours, which see whether a try came while it was closed already.
        from axes.signals import user_locked_out

        user_locked_out.connect(lockout.on_lock, dispatch_uid="lock-watch")
