"""The static site of public releases: any web server shows it, and so does a browser that opens it from disk."""

from capacity.disclosure.site.index import (
    RELEASES,
    SiteFile,
    SiteIndex,
    read_release_files,
    release_folders,
)
from capacity.disclosure.site.shells import built_page
from capacity.disclosure.site.write import is_internal_site, is_public_site, write_internal_site, write_site

__all__ = [
    "RELEASES",
    "SiteFile",
    "SiteIndex",
    "built_page",
    "is_internal_site",
    "is_public_site",
    "read_release_files",
    "release_folders",
    "write_internal_site",
    "write_site",
]
