"""What customers apply for: the register, later options and offers."""
