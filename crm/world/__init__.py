"""A made-up institute of any size, the same for the same seed: to measure in and to look around in."""
