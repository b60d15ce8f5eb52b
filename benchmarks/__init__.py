"""How fast Mien is, and how much memory it needs. ``make bench`` runs all of it."""
