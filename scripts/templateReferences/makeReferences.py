"""
Renders llama.cpp's chat templates with transformers and keeps the texts, so that tests of Facet's own renderer need no Python.

    python3 -m venv /tmp/references && /tmp/references/bin/pip install -r scripts/templateReferences/requirements.txt
    /tmp/references/bin/python scripts/templateReferences/makeReferences.py TEMPLATES OUT

TEMPLATES is models/templates of the llama.cpp source that node-llama-cpp bundles (npx vitest run templateReferences leaves
it in ~/.cache/facet/llama.cpp-…), OUT is electron/testing/templateReferences. Each template is rendered with every
conversation, and with each value of its own switches that changes what it writes.
"""

import datetime
import hashlib
import json
import sys
from pathlib import Path

import jinja2
import jinja2.exceptions
import jinja2.meta
import jinja2.nodes
import tokenizers
import transformers
import transformers.utils.chat_template_utils as chat_template_utils

from conversations import CONVERSATIONS

NOW = datetime.datetime(2026, 11, 28, 12, 34, 56)
# Given to every template, so no switches of its own.
ALWAYS_GIVEN = {"messages", "tools", "documents", "add_generation_prompt", "bos_token", "eos_token"}
# What is tried beside the values that a template compares a name to.
USUAL_VALUES = [True, False, "high"]
# The conversations that switches are tried with.
SWITCHED = ["one-turn", "old-thoughts", "tool-result"]
# By the beginning of the file's name; the tokens of the model's vocabulary, as far as its template writes them.
SPECIAL_TOKENS = {
    "meta-llama": ("<|begin_of_text|>", "<|eot_id|>"),
    "meetkai": ("<|begin_of_text|>", "<|eot_id|>"),
    "fireworks": ("<|begin_of_text|>", "<|eot_id|>"),
    "NousResearch": ("<|begin_of_text|>", "<|im_end|>"),
    "Qwen": (None, "<|im_end|>"),
    "deepseek": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "llama-cpp-deepseek": ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    "google": ("<bos>", "<eos>"),
    "Cohere": ("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"),
    "LFM": ("<|startoftext|>", "<|im_end|>"),
    "openai": ("<|startoftext|>", "<|return|>"),
    "microsoft": ("<s>", "<|endoftext|>"),
}


def special_tokens(name):
    fitting = [tokens for start, tokens in SPECIAL_TOKENS.items() if name.startswith(start)]
    bos, eos = (fitting or [("<s>", "</s>")])[0]
    return {key: token for key, token in (("bos_token", bos), ("eos_token", eos)) if token is not None}


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def tokenizer(tokens):
    """apply_chat_template belongs to a tokenizer; this one has nothing but special tokens."""
    model = tokenizers.models.WordLevel({token: at for at, token in enumerate(tokens.values())} or {"": 0})
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(model), **tokens)


def render(template, tokens, conversation, switches):
    """The text, or how it was refused."""
    given = {"add_generation_prompt": True, **CONVERSATIONS[conversation], **switches}
    try:
        text = tokenizer(tokens).apply_chat_template(given.pop("messages"), chat_template=template, tokenize=False, **given)
        return {"text": text}
    except Exception as error:
        # raise_exception raises this very class, jinja2 its subclasses.
        if type(error) is jinja2.exceptions.TemplateError:
            return {"raises": "raised", "message": str(error)}
        return {"raises": "failed"}


def compared_values(tree, name):
    """The literals that a name is compared to, in the order in which they are written."""
    found = []

    def add(node):
        for each in node.items if isinstance(node, (jinja2.nodes.List, jinja2.nodes.Tuple)) else [node]:
            if isinstance(each, jinja2.nodes.Const) and each.value is not None and each.value not in found:
                found.append(each.value)

    for compare in tree.find_all(jinja2.nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        if any(isinstance(side, jinja2.nodes.Name) and side.name == name for side in sides):
            for side in sides:
                add(side)
    return found


def switches_of(template, tokens):
    """Every input of the template with every value that changes what it writes."""
    environment = chat_template_utils._compile_jinja_template(template).environment
    tree = environment.parse(template)
    switches = []
    for name in sorted(jinja2.meta.find_undeclared_variables(tree) - ALWAYS_GIVEN):
        seen = [[render(template, tokens, conversation, {}) for conversation in SWITCHED]]
        for value in [*compared_values(tree, name), *USUAL_VALUES]:
            outcome = [render(template, tokens, conversation, {name: value}) for conversation in SWITCHED]
            if outcome not in seen and outcome[0].get("raises") != "failed":
                switches.append({name: value})
            seen.append(outcome)
    return switches


def references(name, template):
    tokens = special_tokens(name)
    cases = [{"conversation": conversation, **render(template, tokens, conversation, {})} for conversation in CONVERSATIONS]
    plain = {case["conversation"]: {key: case[key] for key in case if key != "conversation"} for case in cases}
    for switches in switches_of(template, tokens):
        for conversation in SWITCHED:
            outcome = render(template, tokens, conversation, switches)
            if outcome != plain[conversation]:
                cases.append({"conversation": conversation, "switches": switches, **outcome})
    return {"template": name, "sha256": hashlib.sha256(template.encode()).hexdigest(), "specialTokens": tokens, "cases": cases}


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(templates, out):
    chat_template_utils.datetime = FixedDate
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.json"):
        old.unlink()
    shared = {"madeWith": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}", "now": NOW.isoformat(), "conversations": CONVERSATIONS}
    write(out / "conversations.json", shared)
    for path in sorted(templates.glob("*.jinja")):
        made = references(path.name, path.read_text(encoding="utf-8"))
        write(out / f"{path.stem}.json", made)
        print(f"{path.stem}: {len(made['cases'])} cases")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
