"""The workerd that the cases run on."""

from tests.workerd.conftest import rig

__all__ = ["rig"]
