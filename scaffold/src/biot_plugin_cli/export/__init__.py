"""The plugin as templates of other tools: desired state, parameters -> SAM template or Terraform module -> files."""
