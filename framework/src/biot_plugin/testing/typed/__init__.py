"""Values of types that are made of their annotations: plausible ones, and all that fit."""
