"""Where units of work are executed: everything behind one ``concurrent.futures.Executor``."""
