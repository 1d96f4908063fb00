"""A program that has everything that it needs beside it, as in an image."""

from __future__ import annotations

import os

from biot_emulator.lambda_function.configuration import Function, Program
from biot_emulator.lambda_function.environment import program_environment
from biot_emulator.sandbox.launchers.interface import Launch

__all__ = ["launch_program"]


def launch_program(function: Function, program: Program) -> Launch:
    """Return what a program is started with, its folder being the root of all files."""
    return Launch(
        [*program.command],
        lambda address: program_environment(function, program, address),
        program.folder,
        os.path.realpath(function.root),
    )
