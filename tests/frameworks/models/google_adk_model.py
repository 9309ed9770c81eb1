"""A scripted model of Google ADK. It receives each result as a dictionary; `isError` is in one that failed."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.genai.types import Content, Part
from script import ANSWER, QUESTION, Script, load_example


class ScriptedModel(BaseLlm):
    async def generate_content_async(self, llm_request: LlmRequest, **_: Any) -> AsyncGenerator[LlmResponse]:
        declared = [tool for group in llm_request.config.tools for tool in group.function_declarations]
        offered = {tool.name: tool.model_dump(mode="json", exclude_none=True) for tool in declared}
        part = llm_request.contents[-1].parts[-1]
        result = part.function_response and part.function_response.response
        text = json.dumps(result, ensure_ascii=False) if result else part.text
        call = script.turn(offered, text, "`isError`" if result and result.get("isError") else "")
        answer = Part.from_function_call(name=call[0], args=call[1]) if call else Part(text=ANSWER)
        yield LlmResponse(content=Content(role="model", parts=[answer]))


with Script() as script:
    assert asyncio.run(load_example().ask(QUESTION, ScriptedModel(model="scripted"))) == ANSWER
