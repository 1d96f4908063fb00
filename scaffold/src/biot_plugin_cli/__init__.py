"""Creates, runs and upgrades repositories of BioT plugins."""
