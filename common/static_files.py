"""How static files get the names under which browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Files named by their content, compressed; scripts import each other by these names too."""

    support_js_module_import_aggregation = True
