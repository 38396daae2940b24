"""Validates a crate by roc-validator, without a network: the RO-Crate context comes out of the `rocrate` package.

Prints one JSON object: the issues found, and whether any check could not be made. A crashed check is a failure.
"""

import io
import json
import pathlib
import sys
import tempfile

import requests
import rocrate
import urllib3
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils import document_loader

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
here = pathlib.Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"
real = document_loader._original_source_to_json


def offline(source, *args):
    """The context from the package; anything else over the network is refused."""
    if str(source) == CONTEXT:
        return json.loads(here.read_text()), None
    if str(source).startswith("http"):
        raise AssertionError(f"the crate needs {source}, which is not in it")
    return real(source, *args)


class Offline(requests.adapters.HTTPAdapter):
    """Answers for the one context, and for nothing else."""

    def send(self, request, **_kwargs):
        if request.url != CONTEXT:
            raise requests.ConnectionError(f"the crate needs {request.url}, which is not in it")
        headers = {"Content-Type": "application/ld+json"}
        body = io.BytesIO(here.read_bytes())
        raw = urllib3.HTTPResponse(body, headers, 200, preload_content=False, request_url=CONTEXT)
        return self.build_response(request, raw)


requests.adapters.HTTPAdapter.send = Offline.send
document_loader._original_source_to_json = offline
settings = ValidationSettings(
    rocrate_uri=sys.argv[1],
    profile_identifier="process-run-crate",
    requirement_severity=Severity.REQUIRED,
    cache_path=pathlib.Path(tempfile.mkdtemp()) / "http",
)
result = services.validate(settings)
issues = [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
print(json.dumps({"passed": result.passed(), "issues": issues, "checks": len(result.executed_checks)}))
