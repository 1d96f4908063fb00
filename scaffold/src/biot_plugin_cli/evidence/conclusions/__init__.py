"""What follows from the records of a release: anomalies, gaps, and the differences from the one before."""
