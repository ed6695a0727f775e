"""People and how a company is built: user, function, org unit, settings of visibility, access log."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, Group, PermissionsMixin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from enablement.core.prepared import Prepared
from people import roles
from people.enums import FunctionSlug, Role
from people.policies import RolePolicy


class Function(models.Model):
    """What a person does in the company: marketing, sales, … Rows, because companies differ."""

    slug = models.SlugField(_("key"), unique=True)
    name_de = models.CharField(_("name (German)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)

    class Meta:
        verbose_name = _("function")
        verbose_name_plural = _("functions")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_de

    @property
    def shape(self) -> str:
        """Marketing is the disc, sales the rounded square, so that the pair never rests on colour alone."""
        shapes = {FunctionSlug.MARKETING.value: "disc", FunctionSlug.SALES.value: "square"}
        return shapes.get(self.slug, "ring")


class OrgUnit(MP_Node):
    """A unit of the company; the tree gives "with sub-units"."""

    name = models.CharField(_("name"), max_length=120)
    external_id = models.CharField(_("external ID"), max_length=120, unique=True, null=True, blank=True)
    node_order_by: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("org unit")
        verbose_name_plural = _("org units")

    def __str__(self) -> str:
        return str(self.name)


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


_group_names: Prepared[Any] = Prepared(
    lambda user: Group.objects.filter(user=user).order_by().values_list("name"), user=models.BigIntegerField()
)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Minimum data: name, business mail, org unit, function, manager, language."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    function = models.ForeignKey(
        "people.Function", models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("function")
    )
    org_unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("org unit")
    )
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("manager")
    )
    duo = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="duo_of",
        verbose_name=_("duo"),
        help_text=_("The partner from the other function. Set on both sides by the pairing service."),
    )
    hr_scope = models.ForeignKey(
        "people.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hr_people",
        verbose_name=_("HR scope"),
        help_text=_("For HR only: sees this unit and its sub-units. Empty: the whole company."),
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="de")
    external_id = models.CharField(_("external ID"), max_length=120, unique=True, null=True, blank=True)
    extra_time_percent = models.PositiveSmallIntegerField(
        _("extra time in tests (%)"), default=0, validators=[MaxValueValidator(300)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    left_at = models.DateTimeField(_("left"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("last_name", "first_name", "pk")
        # Lists of people show the first forty of a hundred thousand.
        indexes = (models.Index(fields=["last_name", "first_name", "id"], name="user_by_name"),)
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_ci_unique"),
            models.CheckConstraint(condition=~Q(duo=F("id")), name="user_not_own_duo"),
            models.CheckConstraint(condition=~Q(manager=F("id")), name="user_not_own_manager"),
        )

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()
        seen, boss = {self.pk}, self.manager
        while boss is not None:
            if boss.pk in seen:
                raise ValidationError({"manager": _("This would make a circle of managers.")})
            seen.add(boss.pk)
            boss = boss.manager

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email.partition("@")[0]

    def get_short_name(self) -> str:
        return self.first_name or self.get_full_name()

    @property
    def sort_name(self) -> str:
        """`Adler, Alice`: how lists name a person."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.email

    @property
    def is_staff(self) -> bool:
        """Django's word for "may enter a back office"; here the CMS decides by its own permission."""
        return self.is_superuser

    def has_role(self, role: Role) -> bool:
        """Whether the role was given; cached for the life of this instance."""
        return role.value in self.role_names

    @property
    def role_names(self) -> frozenset[str]:
        cached: frozenset[str] | None = self.__dict__.get("_role_names")
        if cached is None:
            known = getattr(self, "_prefetched_objects_cache", {}).get("groups")
            names = (
                (name for (name,) in _group_names.tuples(user=self.pk)) if known is None else (g.name for g in known)
            )
            cached = frozenset(names)
            self.__dict__["_role_names"] = cached
        return cached


TEAM_LEAD_VIEW_KEY = "people.team_lead_view"


@register_setting(icon="group")
class VisibilitySettings(BaseGenericSetting):
    """What the company has agreed to show. The defaults are the strictest."""

    team_lead_view = models.BooleanField(
        _("team leads see the status of their team"),
        default=False,
        help_text=_("Assigned, completed and overdue only. Switch on after the works council has agreed."),
    )
    answer_months = models.PositiveSmallIntegerField(
        _("months until answers are deleted"), default=12, validators=[MinValueValidator(1)]
    )
    record_years = models.PositiveSmallIntegerField(
        _("years that records are kept after somebody leaves"), default=3, validators=[MinValueValidator(1)]
    )
    access_log_months = models.PositiveSmallIntegerField(
        _("months that the access log is kept"), default=24, validators=[MinValueValidator(6)]
    )

    panels: ClassVar = [
        FieldPanel("team_lead_view"),
        FieldPanel("answer_months"),
        FieldPanel("record_years"),
        FieldPanel("access_log_months"),
    ]

    class Meta:
        verbose_name = _("visibility and retention")

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        cache.delete(TEAM_LEAD_VIEW_KEY)

    @classmethod
    def get_permission_policy(cls) -> Any:
        """Wagtail's settings page asks this policy; ours asks the roles."""
        return RolePolicy(cls, roles.may_configure)


class AccessLogEntry(models.Model):
    """A look at another person's record: who looked, whose, what, when. Append-only."""

    actor = models.ForeignKey("people.User", models.PROTECT, related_name="+", verbose_name=_("who looked"))
    subject = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name=_("whose record")
    )
    action = models.CharField(_("what"), max_length=60)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return gettext("%(actor)s: %(action)s") % {"actor": self.actor, "action": self.action}


class DeletionLogEntry(models.Model):
    """That something was deleted, when, why and how much; never what it said. Append-only.

    Kept for ever: it is the proof that the retention rules are followed (GDPR 5 (2)), and it names nobody: a person
    is referred to by the UUID of the row that stays after erasure.
    """

    what = models.CharField(_("what"), max_length=60)
    reason = models.CharField(_("why"), max_length=200)
    count = models.PositiveIntegerField(_("how many"), default=1)
    subject = models.UUIDField(_("whose record"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("deletion log entry")
        verbose_name_plural = _("deletion log")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.what} ({self.count})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The deletion log is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("The deletion log is append-only.")


class PeopleImport(models.Model):
    """An uploaded file of people between its dry run and its confirmation. The content goes when it was applied."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    applied_at = models.DateTimeField(null=True)
    summary = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")

    def __str__(self) -> str:
        return self.name
