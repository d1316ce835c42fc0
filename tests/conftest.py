"""The fixtures of all tests are those that authors of plugins use, too: `triptych.testing`."""

pytest_plugins = ["triptych.testing"]
