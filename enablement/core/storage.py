"""Static files under hashed names, the imports between our own ES modules included.

Without the rewriting of imports, an old module could be joined with a new one until the caches forget it. It is
limited to our folder: packages ship modules with imports that lead nowhere.
"""

from django.contrib.staticfiles.storage import HashedFilesMixin, ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_OUR_MODULES = (("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),)  # type: ignore[attr-defined]  # private, unknown to the stubs; the test of storage holds it


class HashedStorage(ManifestStaticFilesStorage):
    """For the embedded mode: the same names as in production, without minutes of compression."""

    patterns = ManifestStaticFilesStorage.patterns + _OUR_MODULES


class HashedCompressedStorage(CompressedManifestStaticFilesStorage):
    """For production."""

    patterns = CompressedManifestStaticFilesStorage.patterns + _OUR_MODULES
