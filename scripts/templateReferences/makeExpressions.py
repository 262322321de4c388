"""
Renders small templates with jinja2 as transformers sets it up, and keeps what they write, for tests without Python.

    /tmp/references/bin/python scripts/templateReferences/makeExpressions.py electron/testing/templateExpressions.json

How the Python is made that runs this: makeReferences.py.
"""

import json
import sys
from pathlib import Path

import jinja2
import transformers
import transformers.utils.chat_template_utils as chat_template_utils

from expressions import EXPRESSIONS, VARIABLES
from makeReferences import NOW, FixedDate


def outcome(template):
    try:
        return {"text": chat_template_utils._compile_jinja_template(template).render(**VARIABLES)}
    except Exception as error:
        if type(error) is jinja2.exceptions.TemplateError:
            return {"raises": "raised", "message": str(error)}
        return {"raises": "failed"}


def main(out):
    chat_template_utils.datetime = FixedDate
    cases = {group: [{"template": template, **outcome(template)} for template in templates] for group, templates in EXPRESSIONS.items()}
    made = {"madeWith": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}", "now": NOW.isoformat(), "variables": VARIABLES, "cases": cases}
    out.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(sum(len(group) for group in cases.values()), "templates")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
