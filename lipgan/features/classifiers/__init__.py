"""The networks that are trained here and whose features are shipped."""
