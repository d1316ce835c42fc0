"""The two decorators: `@hookspec` defines a hook in an app's `hookspecs.py`, `@hookimpl` implements one."""

from typing import Final

import pluggy

PROJECT: Final = "triptych"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
