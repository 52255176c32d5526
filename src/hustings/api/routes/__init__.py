"""Routes, by what they are about. Each asks the desk and prints the answer."""
