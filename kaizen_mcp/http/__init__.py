"""One server for many callers over streamable HTTP. Nothing of it is imported on stdio."""
