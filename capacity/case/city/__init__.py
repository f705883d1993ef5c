"""A city as a folder of cases: read with every problem between its members named, and made member by member."""
