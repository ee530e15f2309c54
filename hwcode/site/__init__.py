"""What makes pages and the site."""
