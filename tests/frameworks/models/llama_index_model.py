"""A scripted model of LlamaIndex. A failed call is a tool message like any other."""

import asyncio
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ToolCallBlock
from llama_index.core.llms.mock import MockFunctionCallingLLM
from script import ANSWER, QUESTION, Script, load_example

with Script() as script:

    def respond(messages: Sequence[ChatMessage], tools: Sequence[Any], **_: Any) -> ChatMessage:
        offered = {tool.metadata.name: tool.metadata.to_openai_tool()["function"]["parameters"] for tool in tools}
        mark = " ".join(key for key in messages[-1].additional_kwargs if "error" in key)
        call = script.turn(offered, str(messages[-1].content), mark)
        if not call:
            return ChatMessage(ANSWER, role="assistant")
        name, arguments = call
        block = ToolCallBlock(tool_call_id=f"call-{len(messages)}", tool_name=name, tool_kwargs=arguments)
        return ChatMessage(role="assistant", blocks=[block])

    assert asyncio.run(load_example().ask(QUESTION, MockFunctionCallingLLM(response_generator=respond))) == ANSWER
