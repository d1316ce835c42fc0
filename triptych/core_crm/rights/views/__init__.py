"""The pages of roles, teams and shares, and the answer to “Why?”."""
