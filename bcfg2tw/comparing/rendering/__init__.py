"""The result of a comparison as text, Markdown, JUnit and HTML."""
