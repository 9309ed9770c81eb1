"""Tool `get_instructor_execution`: look up a live teaching session."""

from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.summary.summarize import summarize_instructor_execution
from kaizen_mcp.tools.arguments import GetInstructorExecutionArguments
from kaizen_mcp.tools.lookup import Lookup
from kaizen_mcp.tools.output_schema import INSTRUCTOR_EXECUTION_OUTPUT

GET_INSTRUCTOR_EXECUTION = Lookup(
    name="get_instructor_execution",
    title="Look up an instructor execution",
    description=(
        "Tells how a Kaizen instructor execution (a live session in which a person teaches a workflow) is doing: "
        "running or ended, recording, waiting for a login. Can wait for its end. For an ordinary "
        "workflow run use get_execution."
    ),
    kind="instructor execution",
    sibling=("get_execution", "execution", KaizenApi.get_execution),
    arguments=GetInstructorExecutionArguments,
    output_schema=INSTRUCTOR_EXECUTION_OUTPUT,
    fetch=KaizenApi.get_instructor_execution,
    summarize=summarize_instructor_execution,
)
