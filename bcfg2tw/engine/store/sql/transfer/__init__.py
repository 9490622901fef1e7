"""Taking over state that was kept elsewhere into the database, and the way back."""
