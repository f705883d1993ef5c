"""capacity: plan and disclose the connection capacity of a distribution grid."""
