"""The next version of the product, as the rolling restart sees it: today's, and one migration more."""
