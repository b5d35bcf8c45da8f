"""Files that nobody should send, each with the verdict and the place that must come back.

This package mirrors no folder: a hostile file meets reading, recognition, judging, receipts and the command line one
after another, and what counts is what the sender sees at the end. So every case goes through ``fundwatch check``.

``cases`` says what a case is, ``sample`` is the sound extract that the cases spoil; ``texts``, ``cells``, ``gzips``,
``archives``, ``sheets``, ``spellings``, ``parquets``, ``messages`` and ``injections`` list the families, and
``catalogue`` gathers them. ``desk`` sends a file in and looks at all that comes back.
"""
