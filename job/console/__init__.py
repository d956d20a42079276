"""What a user of the command line sees: progress, the table at the end, and one line for each thing that is wrong."""
