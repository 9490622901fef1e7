"""The pages of reports: what is asked, what is answered, and how that is shown."""
