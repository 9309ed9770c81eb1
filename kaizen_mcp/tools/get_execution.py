"""Tool `get_execution`: look up an execution of a workflow."""

from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.summary.summarize import summarize_execution
from kaizen_mcp.tools.arguments import GetExecutionArguments
from kaizen_mcp.tools.lookup import Lookup
from kaizen_mcp.tools.output_schema import EXECUTION_OUTPUT

GET_EXECUTION = Lookup(
    name="get_execution",
    title="Look up an execution",
    description=(
        "Tells whether a Kaizen workflow execution has finished, is stuck, waits for a person to log in, failed "
        "and why, and what it downloaded. Can wait for that. For a live teaching session use "
        "get_instructor_execution."
    ),
    kind="execution",
    sibling=("get_instructor_execution", "instructor execution", KaizenApi.get_instructor_execution),
    arguments=GetExecutionArguments,
    output_schema=EXECUTION_OUTPUT,
    fetch=KaizenApi.get_execution,
    summarize=summarize_execution,
)
