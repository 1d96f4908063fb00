"""Events as they happened, with what identifies people replaced: loaded only where recording is on."""
