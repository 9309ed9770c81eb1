"""A scripted model of pydantic-ai. A failed call has another outcome than "success"."""

import asyncio

from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from script import ANSWER, QUESTION, Script, load_example

with Script() as script:

    def respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        offered = {tool.name: tool.parameters_json_schema for tool in info.function_tools}
        match messages[-1].parts[-1]:
            case ToolReturnPart(outcome=outcome) as part:
                mark = "" if outcome == "success" else f"`outcome={outcome!r}`"
                call = script.turn(offered, part.model_response_str(), mark)
            case UserPromptPart(content=content):
                call = script.turn(offered, str(content))
            case part:
                call = script.turn(offered, str(part), type(part).__name__)
        return ModelResponse([ToolCallPart(*call) if call else TextPart(ANSWER)])

    assert asyncio.run(load_example().ask(QUESTION, FunctionModel(respond))) == ANSWER
