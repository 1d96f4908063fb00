"""Where the time of the largest costs goes, and the least that each could take."""
