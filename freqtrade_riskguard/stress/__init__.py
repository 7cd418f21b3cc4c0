"""What a book of positions loses in a market move."""
