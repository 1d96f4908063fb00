"""The operator's side: APIs for people and tests under `/_emulator/`."""
