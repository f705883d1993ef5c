"""The case folder: read with every problem named, and written so that reading gives the same case back."""
