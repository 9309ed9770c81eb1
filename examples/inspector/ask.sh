#!/bin/sh
# Look up an execution with the command line of the MCP Inspector.
#
#     npm install
#     export KAIZEN_SANDBOX=1
#     sh ask.sh --method tools/call --tool-name get_execution --tool-arg id=exec-eligibility-login
#
# `kaizen-mcp` must be on the PATH; otherwise write its full path below. The key is in a file, because other users of
# a computer can see arguments in a process list.
exec npx mcp-inspector --cli kaizen-mcp ${KAIZEN_SANDBOX:+-e "KAIZEN_SANDBOX=$KAIZEN_SANDBOX"} \
    ${KAIZEN_API_KEY_FILE:+-e "KAIZEN_API_KEY_FILE=$KAIZEN_API_KEY_FILE"} "$@"
