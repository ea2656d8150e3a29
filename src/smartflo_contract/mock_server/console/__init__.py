"""The console: a page that shows a running fake in a browser, built on the admin API alone."""
