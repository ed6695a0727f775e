"""Roles and the two functions that the product is about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles that are given to a person. The value is the name of the Django group that carries the CMS permissions.

    Everybody who is active is a learner; a team lead is whoever manages somebody, if the company has switched it on.
    """

    TRAINER = "trainer", _("Trainer")
    REVIEWER = "reviewer", _("Reviewer")
    HR = "hr", _("HR")
    WORKS_COUNCIL = "works_council", _("Works council")
    DATA_PROTECTION = "data_protection", _("Data protection officer")
    ADMIN = "admin", _("Administrator")


class FunctionSlug(models.TextChoices):
    """Slugs of the two functions that routes are made for; a company may add further functions as rows."""

    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
