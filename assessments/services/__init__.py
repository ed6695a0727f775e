"""Writes of the assessments room. Lock order: enrolment, then attempt."""

from assessments.services.analysing import refresh_analyses, request_analysis
from assessments.services.answering import UNCHANGED, SaveResult, leave_question, save_response, set_flag
from assessments.services.checking import check_answer
from assessments.services.exceptions import grant_exception, withdraw_exception
from assessments.services.starting import start_attempt
from assessments.services.submitting import close_overdue, submit_attempt
from assessments.services.uploads import clear_files, save_upload

__all__ = [
    "UNCHANGED",
    "SaveResult",
    "check_answer",
    "clear_files",
    "close_overdue",
    "grant_exception",
    "leave_question",
    "refresh_analyses",
    "request_analysis",
    "save_response",
    "save_upload",
    "set_flag",
    "start_attempt",
    "submit_attempt",
    "withdraw_exception",
]
