"""One module for each section of the page: from facts to the plain values that its template lays out."""
