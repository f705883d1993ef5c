"""From a run to a public site: protection, site, downloads, notices, pictures and record, in this order (P21–P23)."""

from capacity.publish.internal import publish_internal
from capacity.publish.places import forget_synthetic
from capacity.publish.release import Published, publish

__all__ = ["Published", "forget_synthetic", "publish", "publish_internal"]
