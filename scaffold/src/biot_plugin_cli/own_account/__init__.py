"""The plugin in one's own AWS account: settings and code -> desired state -> actual state -> plan -> outcome."""
