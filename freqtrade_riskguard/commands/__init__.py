"""The commands of ``riskguard``: arguments and help here, the work where it belongs.

Nothing here loads more than the standard library, so that help and a mistyped argument are
answered at once. What a command needs is imported when it runs.
"""
