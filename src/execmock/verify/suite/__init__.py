"""The rules as tests: `pytest --pyargs execmock.verify.suite --execmock-url URL`."""
