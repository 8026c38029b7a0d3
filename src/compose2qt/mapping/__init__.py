"""The mapping spec that a team keeps in git, and the plan that it resolves to."""
