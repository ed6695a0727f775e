"""What the product is compared with: the least that Django and Wagtail need for the same thing."""
