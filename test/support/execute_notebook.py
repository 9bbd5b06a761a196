"""Executes a notebook with nbclient: execute_notebook.py INPUT OUTPUT FOLDER KERNEL LIMIT_SECONDS.

Writes the executed notebook to OUTPUT and prints, as JSON, what each code cell ended with. Errors are reported there
and not raised, so that the caller sees every cell up to the first that failed.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, target, folder, kernel, limit = sys.argv[1:6]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(notebook, kernel_name=kernel, timeout=float(limit), resources={"metadata": {"path": folder}})
failure = None
try:
    client.execute()
except CellExecutionError:
    pass  # The cell holds it as an output.
except Exception as error:
    failure = f"{type(error).__name__}: {error}"
nbformat.write(notebook, target)

cells = [
    {
        "number": number,
        "source": cell["source"],
        "count": cell["execution_count"],
        "errors": [o["ename"] + ": " + o["evalue"] for o in cell["outputs"] if o["output_type"] == "error"],
        "text": "".join(o["text"] for o in cell["outputs"] if o["output_type"] == "stream"),
        "results": [o["data"] for o in cell["outputs"] if o["output_type"] == "execute_result"],
        "displays": [o["data"] for o in cell["outputs"] if o["output_type"] == "display_data"],
    }
    for number, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), 1)
]
print(json.dumps({"cells": cells, "failure": failure}))
