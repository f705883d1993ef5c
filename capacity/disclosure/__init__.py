"""Public disclosure: what of a run the public may see, and what is withheld."""
