"""What is kept of how many people belong where."""

from django.db import models


class HeadCount(models.Model):
    """How many Party members belonged to a branch, with all its groups, or to a small group on `day`; written by heads.py alone.

    Places without any have no row. The columns are those of heads.py: People.
    """

    place = models.OneToOneField("branches.Organisation", on_delete=models.CASCADE, primary_key=True, related_name="+")
    branch = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    probationary = models.PositiveIntegerField()
    full = models.PositiveIntegerField()
    other = models.PositiveIntegerField()
    young = models.PositiveIntegerField()
    middle = models.PositiveIntegerField()
    older = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.place} {self.day}"
