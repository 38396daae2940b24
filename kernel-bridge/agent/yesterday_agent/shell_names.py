"""Names that are not the user's."""

import re

_SHELL_NAME = re.compile(
    r"_+$|_i*$|_i?\d+$|_(dh|ih|oh|exit_code)$|(In|Out|exit|quit|open|get_ipython)$|__\w+__$"
    r"|__(?:builtins_dict_|compiled_fn_|resume_at_|import_)\w+$"
)


def is_shell_name(name: str) -> bool:
    """IPython's own names, and those that compilers put beside the user's: no version of them is recorded."""
    return _SHELL_NAME.match(name) is not None
