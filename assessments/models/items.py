"""The item bank: what is edited (`Item`) and what attempts point to (`ItemVersion`)."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any, ClassVar, NoReturn

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, Tag
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)
from wagtail.search import index

from assessments import likeness
from assessments.blocks import ItemBody, ItemBodyField
from assessments.cms.panels import ItemUsagePanel
from assessments.enums import Difficulty, ItemState
from assessments.kinds import Kind, get_kind
from assessments.kinds.base import LANGUAGES, text_in
from assessments.kinds.media import copies_in, kept_media, settled_media
from courses.enums import Audience
from enablement.core.copies import keep


class ItemTag(ItemBase):
    """A tag on an item: module, campaign, whatever tests draw by."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="assessments_itemtag_items")
    content_object = ParentalKey("assessments.Item", on_delete=models.CASCADE, related_name="tagged_items")

    def __str__(self) -> str:
        return f"{self.content_object} – {self.tag}"


class Item(
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    index.Indexed,
    ClusterableModel,
):
    """A question with its answers and feedback, in both languages. Drafts, review and schedule are Wagtail's own.

    Saving a live item freezes its content as an `ItemVersion` in the same transaction, so that a live item always has
    the version that attempts will point to.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40, editable=False, db_index=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ItemState.choices, default=ItemState.DRAFT, editable=False, db_index=True
    )
    title = models.CharField(
        _("internal name"),
        max_length=160,
        help_text=_("Learners do not see it. Short, so that you find the item again."),
    )
    topic = models.CharField(
        _("topic"),
        max_length=80,
        blank=True,
        help_text=_("The result shows a bar for each topic. Use the same words for items that belong together."),
    )
    topic_en = models.CharField(_("topic (English)"), max_length=80, blank=True)
    audience = models.CharField(
        _("for"),
        max_length=10,
        choices=Audience.choices,
        default=Audience.BOTH,
        help_text=_("Required tests draw from the items for both."),
    )
    difficulty = models.CharField(
        _("difficulty"),
        max_length=10,
        choices=Difficulty.choices,
        blank=True,
        help_text=_("What you expect. Tests can draw by it; the analysis says later how hard it was."),
        default="",
        db_default="",
    )
    lesson = models.ForeignKey(
        "courses.Activity",
        models.SET_NULL,
        null=True,
        blank=True,
        limit_choices_to={"kind": "lesson"},
        related_name="+",
        verbose_name=_("lesson that teaches it"),
        help_text=_("The result links there when the answer was not right."),
    )
    tags = ClusterTaggableManager(
        through=ItemTag, blank=True, verbose_name=_("tags"), help_text=_("Tests draw items by these, for example M01.")
    )
    body = ItemBodyField(ItemBody(), verbose_name=_("question"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reviewed_at = models.DateTimeField(_("looked through"), null=True, blank=True, editable=False, db_index=True)
    reviewed_by = models.ForeignKey(
        "people.User", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # What lists ask of the body, kept at each save so that a bank of thousands is listed without reading bodies.
    missing_de = models.BooleanField(default=False, db_default=False, editable=False)
    missing_en = models.BooleanField(default=False, db_default=False, editable=False)
    checksum = models.CharField(max_length=64, blank=True, editable=False, db_index=True, default="", db_default="")
    words_de = models.TextField(blank=True, editable=False, default="", db_default="")
    words_en = models.TextField(blank=True, editable=False, default="", db_default="")

    # As in Wagtail's mixin, but without a way back: its related name is one that the type checker cannot resolve.
    locked_by = models.ForeignKey(
        "people.User",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("locked by"),
    )

    objects = models.Manager["Item"]()

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(
                        content=_(
                            "Write a case, not a definition: a scene with people in it. Every answer carries feedback, "
                            "because that is what people learn from."
                        )
                    ),
                    FieldPanel("title"),
                    FieldPanel("body"),
                ],
                heading=_("Question"),
            ),
            ObjectList(
                [
                    MultiFieldPanel([FieldPanel("topic"), FieldPanel("topic_en")], heading=_("Topic")),
                    MultiFieldPanel(
                        [FieldPanel("tags"), FieldPanel("audience"), FieldPanel("difficulty")],
                        heading=_("Where it is drawn"),
                    ),
                    FieldPanel("lesson"),
                    ItemUsagePanel(heading=_("Where it is used")),
                ],
                heading=_("Use"),
            ),
        ]
    )
    search_fields: ClassVar = [
        index.SearchField("title", boost=2),
        index.SearchField("body"),
        index.SearchField("topic"),
        index.AutocompleteField("title"),
        index.FilterField("kind"),
        index.FilterField("state"),
        index.FilterField("audience"),
        index.FilterField("difficulty"),
        index.FilterField("live"),
    ]

    class Meta:
        verbose_name = pgettext_lazy("bank", "item")
        verbose_name_plural = _("item bank")
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    # --- state and version ---

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and freeze the content as a version if the item is live."""
        if kwargs.get("update_fields") is not None:
            super().save(*args, **kwargs)
            return
        self.kind = self._stored()["type"] if self.body else ""
        self.state = self.derived_state()
        for name, value in stored_summary(self.body.get_prep_value() if self.body else []).items():
            setattr(self, name, value)
        content = self.kept_content() if self.live and self.kind else None
        with transaction.atomic():
            super().save(*args, **kwargs)
            if content is not None:
                self._freeze(content)

    def with_content_json(self, content: Any) -> "Item":
        """A revision as an object; when somebody looked the item through is true of the item, not of the revision."""
        item: Item = super().with_content_json(content)
        item.reviewed_at, item.reviewed_by = self.reviewed_at, self.reviewed_by
        return item

    def derived_state(self) -> ItemState:
        """The state from Wagtail's flags: live, once published (retired), in a workflow (review), else draft."""
        if self.live:
            return ItemState.LIVE
        if self.pk and self.workflow_in_progress:
            return ItemState.REVIEW
        return ItemState.RETIRED if self.first_published_at else ItemState.DRAFT

    def _stored(self) -> dict[str, Any]:
        """Type and value of the body as they are stored. No query: what a chooser points to is not fetched."""
        stored: dict[str, Any] = self.body.get_prep_value()[0]
        return stored

    def frozen_content(self) -> dict[str, Any]:
        """What a version keeps: the kind's content with what it needs of other records."""
        return settled_media(get_kind(self._stored()["type"]).settle(self.written_content()))

    def written_content(self) -> dict[str, Any]:
        """What the editor holds: the kind's content, and where the result files it. No query."""
        stored = self._stored()
        return {
            **get_kind(stored["type"]).authored(stored["value"]),
            "topic_de": self.topic,
            "topic_en": self.topic_en or self.topic,
            "lesson": str(self.lesson.key) if self.lesson else None,
        }

    def kept_content(self) -> dict[str, Any]:
        """The same with copies of its files, which are made where there are none yet.

        Whoever publishes in a transaction of its own calls this before: what is slow then has been done.
        """
        return kept_media(get_kind(self._stored()["type"]).keep(self.frozen_content()))

    def _freeze(self, content: dict[str, Any]) -> "ItemVersion":
        """The version of this content: the newest one if nothing changed, else a new one."""
        checksum = content_checksum(self.kind, content)
        # The row is locked, so that two publishers do not give the same number.
        Item.objects.select_for_update().only("pk").get(pk=self.pk)
        newest = ItemVersion.objects.filter(item_key=self.key).order_by("-number").first()
        if newest is not None and newest.checksum == checksum:
            return newest
        keep(copies_in(content))
        return ItemVersion.objects.create(
            item=self,
            item_key=self.key,
            number=newest.number + 1 if newest else 1,
            kind=self.kind,
            content=content,
            checksum=checksum,
            # Wagtail names the revision that goes live before it saves the item.
            author=self.live_revision.user if self.live_revision else None,
        )

    # --- what lists and previews show ---

    @property
    def kind_object(self) -> Kind | None:
        return get_kind(self.kind) if self.kind else None

    @property
    def languages(self) -> list[str]:
        """Languages in which nothing is missing, as of the last save."""
        missing = {"de": self.missing_de, "en": self.missing_en}
        return [language for language in LANGUAGES if self.kind and not missing[language]]

    @property
    def last_review(self) -> datetime | None:
        """When somebody with the right to publish last stood for it: published, or looked through. None: never."""
        return max((at for at in (self.last_published_at, self.reviewed_at) if at), default=None)

    def prompt(self) -> str:
        """The question in the active language."""
        return text_in(self.written_content(), "prompt", get_language() or "de") if self.body else ""

    preview_modes: ClassVar = [
        ("", _("As learner")),
        ("answers", _("With answers")),
        ("try", _("Try it")),
    ]

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "assessments/preview/item.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from assessments.previews import item_preview  # noqa: PLC0415 - previews read selectors, which read models

        return {**super().get_preview_context(request, mode_name), **item_preview(self, mode_name, request.user)}


def is_complete(value: Any, language: str) -> bool:
    """Whether every text that exists in the other language exists in this one, at any depth."""
    other = "de" if language == "en" else "en"
    if isinstance(value, dict):
        if not value.get(f"prompt_{language}", True):
            return False
        return all(
            is_complete(child, language)
            and not (key.endswith(f"_{other}") and child and not value.get(f"{key[:-3]}_{language}"))
            for key, child in value.items()
        )
    return all(is_complete(child, language) for child in value) if isinstance(value, list) else True


def stored_summary(body: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns of an item that are computed from its stored body, which is empty or holds one block. Pure."""
    kind = body[0]["type"] if body else ""
    content = get_kind(kind).content(body[0]["value"]) if kind else {}
    found: dict[str, Any] = {"checksum": likeness.checksum(kind, content) if kind else ""}
    for language in LANGUAGES:
        found[f"missing_{language}"] = not is_complete(content, language)
        found[f"words_{language}"] = " ".join(sorted(likeness.words(content, language)))
    return found


def content_checksum(kind: str, content: dict[str, Any]) -> str:
    """SHA-256 of kind and content in canonical JSON, in hexadecimal."""
    text = json.dumps([kind, content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class ItemVersionQuerySet(models.QuerySet["ItemVersion"]):
    """Immutable: attempts point here."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("item versions are immutable")

    def delete(self) -> NoReturn:
        raise TypeError("item versions are immutable")


class ItemVersion(models.Model):
    """The content of an item as it was published. Never changed, never deleted, also when the item is."""

    item = models.ForeignKey("assessments.Item", models.SET_NULL, null=True, related_name="versions")
    item_key = models.UUIDField(db_index=True, editable=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    content = models.JSONField()
    checksum = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    author = models.ForeignKey(
        "people.User",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text=_("Who wrote the draft that was published."),
    )

    objects = ItemVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("item version")
        verbose_name_plural = _("item versions")
        ordering = ("item_key", "number")
        constraints = (models.UniqueConstraint(fields=["item_key", "number"], name="item_version_number"),)

    def __str__(self) -> str:
        return gettext("%(prompt)s (version %(number)d)") % {
            "prompt": text_in(self.content, "prompt", get_language() or "de")[:60],
            "number": self.number,
        }

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("item versions are immutable")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("item versions are immutable")

    @property
    def kind_object(self) -> Kind:
        return get_kind(self.kind)
