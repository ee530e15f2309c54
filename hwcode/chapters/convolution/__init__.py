"""The chapter on convolution by hand, filters, receptive fields, sizes of nets."""
