"""HTTP exchanges that end in time: connections, their pool and their time limits."""
