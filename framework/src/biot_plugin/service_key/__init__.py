"""The service user's key where it is kept in AWS Secrets Manager, without boto3, which takes seconds to import."""
