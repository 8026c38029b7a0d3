"""The proof: the run-time contract of Compose against that of the manifests."""
