"""A scripted model of the OpenAI Agents SDK. A failed call looks like a successful one."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from agents import FunctionTool, Model, ModelResponse, Usage
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText
from script import ANSWER, QUESTION, Script, load_example


class ScriptedModel(Model):
    async def get_response(self, *, input: Any, tools: list[Any], **_: Any) -> ModelResponse:  # noqa: A002
        offered = {tool.name: tool.params_json_schema for tool in tools if isinstance(tool, FunctionTool)}
        last = input[-1]
        output = last.get("output") or last.get("content")
        text = output if isinstance(output, str) else "\n".join(part["text"] for part in output)
        mark = "" if last.get("status") in {None, "completed"} else f"`status={last['status']!r}`"
        call = script.turn(offered, text, mark)
        if call:
            arguments = json.dumps(call[1])
            item = ResponseFunctionToolCall(
                type="function_call", call_id=f"call-{len(input)}", name=call[0], arguments=arguments
            )
        else:
            content = [ResponseOutputText(type="output_text", text=ANSWER, annotations=[])]
            item = ResponseOutputMessage(
                type="message", id="message", role="assistant", status="completed", content=content
            )
        return ModelResponse([item], Usage(), None)

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


with Script() as script:
    assert asyncio.run(load_example().ask(QUESTION, ScriptedModel())) == ANSWER
