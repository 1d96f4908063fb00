"""Known vulnerabilities of the software in a package, from a database in the format of OSV, and what was decided."""
