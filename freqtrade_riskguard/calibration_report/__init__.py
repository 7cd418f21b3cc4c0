"""The answer of a calibration as a page."""
