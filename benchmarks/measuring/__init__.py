"""Times actions and processes side by side, in environments of their own, and reports what came of it."""
