"""What is said of networks, compiled models and histories, in more than one exercise and on the student's side too."""

from __future__ import annotations

import tomllib
from pathlib import Path

from grader.texts import Texts, alike

__all__ = ["TEXTS"]

_READ = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
TEXTS = Texts(alike(_READ["mistakes"]), _READ["phrases"])
