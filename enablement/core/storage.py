"""Static files under hashed names, the imports between our own ES modules included.

Without the rewriting of imports, an old module could be joined with a new one until the caches forget it. It is
limited to our folder: packages ship modules with imports that lead nowhere.
"""

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin, ManifestStaticFilesStorage
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage

_OUR_MODULES = (("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),)  # type: ignore[attr-defined]  # private, unknown to the stubs; the test of storage holds it


class _KnownUrls(ManifestStaticFilesStorage):
    """Remembers the address of each file: hashed names do not change while a process runs."""

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:  # type: ignore[override]  # as the stubs do for the class above
        if settings.DEBUG:
            return super().url(name, force)
        if name not in self._known:
            self._known[name] = super().url(name, force)
        return self._known[name]


class HashedStorage(_KnownUrls):
    """For the embedded mode: the same names as in production, without minutes of compression."""

    patterns = ManifestStaticFilesStorage.patterns + _OUR_MODULES


class HashedCompressedStorage(_KnownUrls, CompressedManifestStaticFilesStorage):
    """For production."""

    patterns = CompressedManifestStaticFilesStorage.patterns + _OUR_MODULES
