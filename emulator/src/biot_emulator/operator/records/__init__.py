"""The operator's APIs for what happened: calls and invocations, live and afterwards, and again."""
