"""Where state lives, behind `open_store(url)`."""
