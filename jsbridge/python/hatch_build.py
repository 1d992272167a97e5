"""Puts the npm package's module for notebooks, and the terms of what is in it, into the Python package."""

import shutil
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("anywidget.js", "LICENSE.engine.txt")


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        root = Path(self.root)
        ours = root / "unfold_rnn" / "dist"
        built = root.parent / "npm" / "dist"
        for name in FILES:
            if (built / name).is_file():
                ours.mkdir(exist_ok=True)
                shutil.copyfile(built / name, ours / name)
            elif not (ours / name).is_file():  # an sdist has it inside
                raise FileNotFoundError(
                    f"unfold-rnn: jsbridge/npm/dist/{name} is missing; `make package` in the root of the repository makes it"
                )
