"""Reading uploaded workbooks safely, and writing workbooks."""
