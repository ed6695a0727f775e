"""Where content came from: which package, under which identifier. It makes imports repeatable and exports stable."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Package(models.Model):
    """A course package that was imported, or is exported from here."""

    identifier = models.SlugField(max_length=80, unique=True)
    title_de = models.CharField(max_length=255)
    title_en = models.CharField(max_length=255)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("course package")
        verbose_name_plural = _("course packages")

    def __str__(self) -> str:
        return self.identifier


class PackageEntry(models.Model):
    """One page, fact, item, image or file of a package."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=20)
    identifier = models.CharField(max_length=160)
    key = models.UUIDField(help_text=_("Translation key of pages, key of facts and items."))
    target = models.CharField(max_length=40, blank=True, help_text=_("Primary key of images and files."))
    file = models.CharField(max_length=255, help_text=_("Where it stands in the package; of pages without language."))
    position = models.PositiveIntegerField(default=0, help_text=_("Place in a file that holds several."))
    digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of what was imported last."))

    class Meta:
        verbose_name = _("part of a package")
        verbose_name_plural = _("parts of packages")
        ordering = ("kind", "file", "position", "identifier")
        constraints = (
            models.UniqueConstraint(fields=["package", "kind", "identifier"], name="package_entry_once"),
            models.UniqueConstraint(fields=["kind", "key"], name="package_entry_key_once"),
        )

    def __str__(self) -> str:
        return f"{self.package}: {self.kind} {self.identifier}"
