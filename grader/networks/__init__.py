"""Networks as lists of layers: cut into parts, held against what is asked for, put into words; no suite is needed."""
