"""What gunicorn serves in the trials: the version that the release file names, read anew by each process it forks.

It stands for a folder of code that is exchanged under a running parent, which then gets SIGHUP.
"""

import os
from pathlib import Path

_release = Path(os.environ["DATA_DIR"]) / "release"
if _release.exists():
    os.environ["DJANGO_SETTINGS_MODULE"] = _release.read_text("utf-8")

from enablement.wsgi import application  # noqa: E402 - reads the variable

__all__ = ["application"]
