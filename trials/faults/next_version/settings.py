"""Today's settings, and the app that brings the migration."""

from enablement.settings import *  # noqa: F403 - a settings module is made of the other one's names
from enablement.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "trials.faults.next_version"]
VERSION = "next"
