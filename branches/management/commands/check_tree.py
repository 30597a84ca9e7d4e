from django.core.management.base import BaseCommand, CommandError

from branches.places import tree


class Command(BaseCommand):
    help = "Compare the tree's intervals with the parents (recursive CTE); exit 1 with the problems. --rebuild repairs."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="compute all intervals anew from the parents first")

    def handle(self, *args, **options):
        if options["rebuild"]:
            tree.rebuild()
        problems = tree.check_tree()
        if problems:
            raise CommandError("\n".join(problems), returncode=1)
        self.stdout.write("组织树完整")
