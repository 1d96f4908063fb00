"""ECR, AWS's container registry: the exchange of AWS credentials for a login, and repositories of one's own."""
