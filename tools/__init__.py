"""What keeps the project in order and is not part of the package: generated pages, system packages."""
