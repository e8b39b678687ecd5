"""What a stranger may put into a pull request, tried on the parts that read it."""
