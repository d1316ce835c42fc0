"""The pages of deals and pipelines."""
