"""What can be asked of a service, each written once for both clients."""
