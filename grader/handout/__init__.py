"""What students get: notebooks, public checks, the bundle, and the proof that it holds no answer."""
