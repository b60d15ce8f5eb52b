"""The background behind a person who is moved as a layer of their own."""
