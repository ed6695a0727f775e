from courses.models.branding import BrandSettings
from courses.models.facts import Fact
from courses.models.notes import LearnerNote
from courses.models.packages import Package, PackageEntry
from courses.models.pages import (
    ActivityPage,
    CatalogueIndexPage,
    HomePage,
    LearningPathPage,
    LessonPage,
    ModulePage,
    PathIndexPage,
)
from courses.models.records import Activity, Enrollment, LearningEvent, PathStep, Prerequisite, Progress

__all__ = [
    "Activity",
    "ActivityPage",
    "BrandSettings",
    "CatalogueIndexPage",
    "Enrollment",
    "Fact",
    "HomePage",
    "LearnerNote",
    "LearningEvent",
    "LearningPathPage",
    "LessonPage",
    "ModulePage",
    "Package",
    "PackageEntry",
    "PathIndexPage",
    "PathStep",
    "Prerequisite",
    "Progress",
]
