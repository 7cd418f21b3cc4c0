"""Reports on an entry before money is at risk: ``check`` and ``why``."""
