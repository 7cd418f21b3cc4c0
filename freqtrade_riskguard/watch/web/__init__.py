"""What the guardian shows over HTTP: read-only."""
