"""Right work written anew: algorithm, dtype, container and style, drawn into modules that have to get all points."""
