"""What is found out about migrations by running them: replay, seeded runs, proofs, losses and costs."""
