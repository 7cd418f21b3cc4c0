"""The arguments of each command, without what they need to run."""
