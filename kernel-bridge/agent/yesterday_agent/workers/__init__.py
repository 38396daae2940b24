"""Child processes of a run: how they are started, what each writes down itself, and how that joins the run's record.

`starts`, `part`, `draws`, `observed` and `child` run in children. They import nothing that costs time, and never take
a lock. `merge` runs in the kernel.
"""
