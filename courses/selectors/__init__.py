"""Reads of the courses room."""

from courses.selectors.outlines import Lock, Outline, OutlineEntry, may_open, outline, outline_around, outlines
from courses.selectors.pages import PageLink, page_links, page_url_for
from courses.selectors.records import (
    DUE_SOON,
    Missing,
    activity_by_key,
    audience_of,
    current_enrollment,
    enrollment_state,
    missing_for,
    progress_map,
    required_children,
)

__all__ = [
    "DUE_SOON",
    "Lock",
    "Missing",
    "Outline",
    "OutlineEntry",
    "PageLink",
    "activity_by_key",
    "audience_of",
    "current_enrollment",
    "enrollment_state",
    "may_open",
    "missing_for",
    "outline",
    "outline_around",
    "outlines",
    "page_links",
    "page_url_for",
    "progress_map",
    "required_children",
]
