"""Commands that are more than a stage: each declares its words and options; ``cli`` hangs them up."""
