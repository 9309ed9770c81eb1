"""A scripted chat model of LangChain. A failed call is a tool message with the status "error"."""

import asyncio
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from script import ANSWER, QUESTION, Script, load_example


class ScriptedModel(BaseChatModel):
    offered: dict[str, Any]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **_: Any) -> "ScriptedModel":
        functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
        return ScriptedModel(offered={function["name"]: function["parameters"] for function in functions})

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        last = messages[-1]
        status = getattr(last, "status", "success")
        blocks = [last.content] if isinstance(last.content, str) else last.content
        text = "\n".join(block if isinstance(block, str) else block["text"] for block in blocks)
        call = script.turn(self.offered, text, "" if status == "success" else f"`status={status!r}`")
        calls = [{"name": call[0], "args": call[1], "id": f"call-{len(messages)}"}] if call else []
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage("" if call else ANSWER, tool_calls=calls))]
        )


with Script() as script:
    assert asyncio.run(load_example().ask(QUESTION, ScriptedModel(offered={}))) == ANSWER
