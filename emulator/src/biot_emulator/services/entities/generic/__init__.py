"""Generic entities: what customers have beside people and devices."""
