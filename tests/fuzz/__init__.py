"""Functions that take any bytes, and a fuzzer that is guided by what they reach."""
