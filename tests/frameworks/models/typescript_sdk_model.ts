// Version 1 of the TypeScript SDK has the same scripted Claude.
import "./typescript_client_model.ts";
