"""The parts of the platform, each with what it is made of; `build.py` puts them together."""
