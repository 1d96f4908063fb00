"""Who may see the page: requests that come from the page itself, and log-ins of the administrator."""
