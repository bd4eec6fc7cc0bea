#!/usr/bin/env python3
"""spdx-validate FILE...: judges SPDX 2.3 documents by the official JSON schema. Exit status 0 when all are accepted, 1 when one is refused.

'./dev peers' puts this file and the schema into spdx/ beside the peers' bin/, and links it as bin/spdx-validate.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft7Validator

files = sys.argv[1:]
if not files:
    sys.exit("usage: spdx-validate FILE...")
schema = json.loads((Path(__file__).resolve().parent / "spdx-schema.json").read_text())
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
refused = False
for file in files:
    for error in validator.iter_errors(json.loads(Path(file).read_text())):
        refused = True
        print(f"{file}: {error.json_path}: {error.message[:200]}")
sys.exit(1 if refused else 0)
