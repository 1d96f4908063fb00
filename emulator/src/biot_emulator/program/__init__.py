"""The program `biot-emulator`: its commands, their options, and what they print."""
