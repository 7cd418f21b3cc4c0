"""What a trader asks before and while money is at risk: ``check``, ``why`` and ``stress``."""
