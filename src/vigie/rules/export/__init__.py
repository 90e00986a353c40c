"""A protocol in the forms that people and other systems read. All are made from its nodes, none by hand."""


class NotExportable(Exception):
    """The protocol says something that the form asked for has no words for."""
