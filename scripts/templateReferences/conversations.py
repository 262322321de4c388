"""The conversations that every template is rendered with, in the form that apply_chat_template takes them."""

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a place, \"now\" or <later>",
        "parameters": {
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "Städtename"},
                "unit": {"type": "string", "enum": ["C", "F"]},
                "days": {"type": "integer", "default": 1},
            },
            "required": ["place"],
        },
    },
}
CLOCK = {
    "type": "function",
    "function": {
        "name": "clock",
        "description": "The time",
        "parameters": {
            "type": "object",
            "properties": {
                "zones": {"type": "array", "items": {"type": "string"}},
                "style": {"type": "object", "properties": {"seconds": {"type": "boolean"}}},
                "id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            },
        },
    },
}
TOOLS = [WEATHER, CLOCK]


def call(name, arguments, call_id):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def user(content="Hi"):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def tool(content, call_id, name="get_weather"):
    return {"role": "tool", "content": content, "tool_call_id": call_id, "name": name}


def part(text):
    return {"type": "text", "text": text}


ASKED = user("How warm is it in Köln?")
CALLED = assistant("", tool_calls=[call("get_weather", {"place": "Köln", "days": 2, "unit": None}, "abcdef123")])
RESULT = tool('{"celsius": 7.5, "rain": true}', "abcdef123")

CONVERSATIONS = {
    "one-turn": {"messages": [user()]},
    "multi-turn": {"messages": [user("One?"), assistant("Two."), user("Three?")]},
    "finished": {"messages": [user("One?"), assistant("Two.")], "add_generation_prompt": False},
    "system": {"messages": [{"role": "system", "content": "Be brief."}, user()]},
    "developer": {"messages": [{"role": "developer", "content": "Be brief."}, user()]},
    "old-thoughts": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            user("One?"),
            assistant("Two.", reasoning_content="After one\ncomes two."),
            user("Three?"),
            assistant("Four.", reasoning_content="After three comes four."),
            user("Five?"),
        ]
    },
    "old-thoughts-in-text": {"messages": [user("One?"), assistant("<think>\nAfter one comes two.\n</think>\n\nTwo."), user("Three?")]},
    "finished-with-thoughts": {
        "messages": [user("One?"), assistant("Two.", reasoning_content="After one comes two.")],
        "add_generation_prompt": False,
    },
    "tools": {"messages": [{"role": "system", "content": "Be brief."}, ASKED], "tools": TOOLS},
    "tools-without-system": {"messages": [ASKED], "tools": [WEATHER]},
    "tool-result": {"messages": [ASKED, CALLED, RESULT], "tools": [WEATHER]},
    "tool-result-of-text-arguments": {
        "messages": [
            ASKED,
            assistant(None, tool_calls=[call("get_weather", '{"place": "Köln", "days": 2}', "abcdef123")]),
            RESULT,
        ],
        "tools": [WEATHER],
    },
    "tool-results": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            ASKED,
            assistant(
                "I look.",
                reasoning_content="Two calls.",
                tool_calls=[
                    call("get_weather", {"place": "Köln"}, "abcdef123"),
                    call("clock", {"zones": ["CET", "UTC"], "style": {"seconds": True}}, "ghijkl456"),
                ],
            ),
            RESULT,
            tool("12:00", "ghijkl456", "clock"),
            assistant("7.5 degrees.", reasoning_content="Now I know."),
            user("Thanks. And tomorrow?"),
        ],
        "tools": TOOLS,
    },
    "documents": {
        "messages": [user("What is in them?")],
        "documents": [{"title": "First", "text": "A text."}, {"title": "Zweites", "text": "Noch einer.", "doc_id": 2}],
    },
    "parts": {
        "messages": [
            {"role": "system", "content": [part("Be brief.")]},
            user([part("One?"), part(" Really?")]),
            assistant([part("Two.")]),
            user([part("Three?")]),
        ]
    },
    "unusual": {
        "messages": [
            {"role": "system", "content": ""},
            user("  Grüße 👋🏽 \u4e2d\u6587 <b>&'\"\\n {{ x }} {% y %}\t\n\n "),
            assistant("\n\n ok \n"),
            user(""),
        ]
    },
}
