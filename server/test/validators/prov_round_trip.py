"""Reads PROV-JSON by the `prov` package, writes it and reads it again: both must be equal."""

import json
import pathlib
import sys

from prov.model import ProvDocument

document = ProvDocument.deserialize(content=pathlib.Path(sys.argv[1]).read_text(), format="json")
again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
records = len(list(document.get_records()))
print(json.dumps({"equal": document == again, "records": records}))
