"""What a warm event costs: dispatch, models, verification, recording."""
