//! The fields a generation request may have (`upstream-api` §6.1, §6.2, §10.6, §13).
//!
//! The schema of tool parameters is the documented subset and nothing more: what the service merely tolerates in some
//! versions is refused, so that a client that relies on it is found out.

use super::shape::{Message, Shape};

/// `{project, model, request, …}` of `generateContent` under `/v1internal`.
pub(crate) static ENVELOPE: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.internal.cloud.code.v1internal.GenerateContentRequest",
    fields: &[
        ("project", Shape::Text),
        ("model", Shape::Text),
        ("request", Shape::Message(&ASSIST_REQUEST)),
        ("request_id", Shape::Text),
        ("request_type", Shape::Text),
        ("user_agent", Shape::Text),
        ("user_prompt_id", Shape::Text),
        ("enabled_credit_types", Shape::List(&Shape::Text)),
    ],
});

static ASSIST_REQUEST: Message = Message {
    type_name: "type.googleapis.com/google.internal.cloud.code.v1internal.VertexGenerateContentRequest",
    fields: &[
        ("contents", Shape::List(&CONTENT)),
        ("system_instruction", Shape::Message(&CONTENT_MESSAGE)),
        ("tools", Shape::List(&TOOL)),
        ("tool_config", Shape::Message(&TOOL_CONFIG)),
        ("generation_config", Shape::Message(&GENERATION_CONFIG)),
        ("safety_settings", Shape::List(&SAFETY_SETTING)),
        ("cached_content", Shape::Text),
        ("labels", Shape::Map(&Shape::Text)),
        ("session_id", Shape::Text),
    ],
};

/// The same for AI Studio: without session and labels.
pub(crate) static STUDIO: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.ai.generativelanguage.v1beta.GenerateContentRequest",
    fields: &[
        ("model", Shape::Text),
        ("contents", Shape::List(&CONTENT)),
        ("system_instruction", Shape::Message(&CONTENT_MESSAGE)),
        ("tools", Shape::List(&TOOL)),
        ("tool_config", Shape::Message(&TOOL_CONFIG)),
        ("generation_config", Shape::Message(&GENERATION_CONFIG)),
        ("safety_settings", Shape::List(&SAFETY_SETTING)),
        ("cached_content", Shape::Text),
    ],
});

/// `{request: {model, contents}}` of `countTokens` under `/v1internal`.
pub(crate) static COUNT: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.internal.cloud.code.v1internal.CountTokensRequest",
    fields: &[("request", Shape::Message(&COUNTED))],
});

static COUNTED: Message = Message {
    type_name: "type.googleapis.com/google.internal.cloud.code.v1internal.VertexCountTokenRequest",
    fields: &[
        ("model", Shape::Text),
        ("contents", Shape::List(&CONTENT)),
        ("system_instruction", Shape::Message(&CONTENT_MESSAGE)),
        ("tools", Shape::List(&TOOL)),
    ],
};

/// `{contents}` or `{generateContentRequest}` of AI Studio's `countTokens`.
pub(crate) static STUDIO_COUNT: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.ai.generativelanguage.v1beta.CountTokensRequest",
    fields: &[
        ("model", Shape::Text),
        ("contents", Shape::List(&CONTENT)),
        ("generate_content_request", Shape::Any),
    ],
});

static CONTENT: Shape = Shape::Message(&CONTENT_MESSAGE);

static CONTENT_MESSAGE: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.Content",
    fields: &[("role", Shape::Text), ("parts", Shape::List(&PART))],
};

static PART: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.Part",
    fields: &[
        ("text", Shape::Text),
        ("thought", Shape::Bool),
        ("thought_signature", Shape::Text),
        ("inline_data", BLOB),
        ("file_data", Shape::Message(&FILE)),
        ("function_call", Shape::Message(&FUNCTION_CALL)),
        ("function_response", Shape::Message(&FUNCTION_RESPONSE)),
        ("executable_code", Shape::Struct),
        ("code_execution_result", Shape::Struct),
        ("video_metadata", Shape::Struct),
    ],
});

const BLOB: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.Blob",
    fields: &[("mime_type", Shape::Text), ("data", Shape::Text), ("display_name", Shape::Text)],
});

static FILE: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FileData",
    fields: &[("mime_type", Shape::Text), ("file_uri", Shape::Text)],
};

static FUNCTION_CALL: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FunctionCall",
    fields: &[("id", Shape::Text), ("name", Shape::Text), ("args", Shape::Struct)],
};

static FUNCTION_RESPONSE: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FunctionResponse",
    fields: &[
        ("id", Shape::Text),
        ("name", Shape::Text),
        ("response", Shape::Struct),
        ("parts", Shape::List(&RESPONSE_PART)),
    ],
};

static RESPONSE_PART: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FunctionResponsePart",
    fields: &[("inline_data", BLOB), ("file_data", Shape::Message(&FILE))],
});

static TOOL: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.Tool",
    fields: &[
        ("function_declarations", Shape::List(&FUNCTION)),
        ("google_search", Shape::Struct),
        ("url_context", Shape::Struct),
        ("code_execution", Shape::Struct),
    ],
});

static FUNCTION: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FunctionDeclaration",
    fields: &[
        ("name", Shape::Text),
        ("description", Shape::Text),
        ("parameters", Shape::Message(&SCHEMA_MESSAGE)),
        ("parameters_json_schema", Shape::Struct),
        ("response", Shape::Message(&SCHEMA_MESSAGE)),
    ],
});

static SCHEMA: Shape = Shape::Message(&SCHEMA_MESSAGE);

static SCHEMA_MESSAGE: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.Schema",
    fields: &[
        ("type", Shape::Enum(&["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"])),
        ("description", Shape::Text),
        ("enum", Shape::List(&Shape::Text)),
        ("items", Shape::Message(&SCHEMA_MESSAGE)),
        ("properties", Shape::Map(&SCHEMA)),
        ("required", Shape::List(&Shape::Text)),
        ("nullable", Shape::Bool),
    ],
};

static TOOL_CONFIG: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.ToolConfig",
    fields: &[
        ("function_calling_config", Shape::Message(&CALLING_CONFIG)),
        ("include_server_side_tool_invocations", Shape::Bool),
    ],
};

static CALLING_CONFIG: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.FunctionCallingConfig",
    fields: &[
        ("mode", Shape::Enum(&["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"])),
        ("allowed_function_names", Shape::List(&Shape::Text)),
    ],
};

static GENERATION_CONFIG: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.GenerationConfig",
    fields: &[
        ("temperature", Shape::Float),
        ("top_p", Shape::Float),
        ("top_k", Shape::Float),
        ("candidate_count", Shape::Int),
        ("max_output_tokens", Shape::Int),
        ("stop_sequences", Shape::List(&Shape::Text)),
        ("seed", Shape::Int),
        ("presence_penalty", Shape::Float),
        ("frequency_penalty", Shape::Float),
        ("response_mime_type", Shape::Text),
        ("response_schema", Shape::Message(&SCHEMA_MESSAGE)),
        ("response_modalities", Shape::List(&Shape::Text)),
        ("thinking_config", Shape::Message(&THINKING_CONFIG)),
        ("image_config", Shape::Message(&IMAGE_CONFIG)),
    ],
};

static THINKING_CONFIG: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.GenerationConfig.ThinkingConfig",
    fields: &[
        ("include_thoughts", Shape::Bool),
        ("thinking_budget", Shape::Int),
        ("thinking_level", Shape::Enum(&["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"])),
    ],
};

static IMAGE_CONFIG: Message = Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.ImageConfig",
    fields: &[("aspect_ratio", Shape::Text), ("image_size", Shape::Text)],
};

static SAFETY_SETTING: Shape = Shape::Message(&Message {
    type_name: "type.googleapis.com/google.cloud.aiplatform.master.SafetySetting",
    fields: &[("category", Shape::Text), ("threshold", Shape::Text), ("method", Shape::Text)],
});
