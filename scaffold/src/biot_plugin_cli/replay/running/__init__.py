"""Runs events through both codes: some processes beside each other, each for one event after the other."""
