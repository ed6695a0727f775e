"""Writes of the assessments room. Lock order: enrolment, then attempt."""

from assessments.services.analysing import refresh_analyses, request_analysis
from assessments.services.answering import SaveResult, save_response, set_flag
from assessments.services.checking import check_answer
from assessments.services.starting import start_attempt
from assessments.services.submitting import close_overdue, submit_attempt
from assessments.services.uploads import clear_files, save_upload

__all__ = [
    "SaveResult",
    "check_answer",
    "clear_files",
    "close_overdue",
    "refresh_analyses",
    "request_analysis",
    "save_response",
    "save_upload",
    "set_flag",
    "start_attempt",
    "submit_attempt",
]
