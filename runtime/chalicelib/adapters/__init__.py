"""What talks to the outside: PostgreSQL, Kinesis, SNS, the clock."""
