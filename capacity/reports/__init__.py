"""Reports that a board can read: chapters from runs, matrices and plans, set as HTML and as PDF."""
