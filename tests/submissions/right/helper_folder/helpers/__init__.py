"""What all three exercises share."""
