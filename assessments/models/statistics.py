"""What remains of answers when they are deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemVersionStatistic(models.Model):
    """Counts of one item version over answers that were deleted: about nobody in particular."""

    item_version = models.OneToOneField("assessments.ItemVersion", models.PROTECT, related_name="statistic")
    responses = models.PositiveIntegerField(default=0)
    score_sum = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    option_counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("item statistic")
        verbose_name_plural = _("item statistics")

    def __str__(self) -> str:
        return f"{self.item_version}: {self.responses}"
