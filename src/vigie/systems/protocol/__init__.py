"""The protocols as a service: listed, shown, and later proved, compared and handed to implementers."""
