"""The guard's figures in FreqUI's charts."""
