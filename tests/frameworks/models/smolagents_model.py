"""A scripted model of smolagents. A failed call is an observation like any other."""

from typing import Any

from script import ANSWER, QUESTION, Script, load_example
from smolagents import ChatMessage, Model, Tool
from smolagents.models import (
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
    get_tool_json_schema,
)


class ScriptedModel(Model):
    def generate(
        self, messages: list[ChatMessage], *_: Any, tools_to_call_from: list[Tool], **__: Any
    ) -> ChatMessage:
        schemas = [get_tool_json_schema(tool)["function"] for tool in tools_to_call_from]
        offered = {schema["name"]: schema["parameters"] for schema in schemas}
        last = messages[-1]
        content: Any = last.content
        text = content if isinstance(content, str) else "\n".join(part["text"] for part in content)
        name, arguments = script.turn(offered, text) or ("final_answer", {"answer": ANSWER})
        function = ChatMessageToolCallFunction(name=name, arguments=arguments)
        call = ChatMessageToolCall(id=f"call-{len(messages)}", type="function", function=function)
        return ChatMessage(role=MessageRole.ASSISTANT, content="", tool_calls=[call])


with Script() as script:
    assert load_example().ask(QUESTION, ScriptedModel()) == ANSWER
