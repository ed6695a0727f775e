from certificates.views.manage import manage, render_again, revoke, sample
from certificates.views.own import download, initials, wall
from certificates.views.public import short_verify, verify, verify_file, verify_form

__all__ = [
    "download",
    "initials",
    "manage",
    "render_again",
    "revoke",
    "sample",
    "short_verify",
    "verify",
    "verify_file",
    "verify_form",
    "wall",
]
