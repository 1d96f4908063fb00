"""What is sent to people and good for one use: codes to phones, tokens in mails."""
