//! Declarations of functions, the search tool, and which of them may be called.

use super::{Choice, Draft, Family, Target};
use crate::schema::Schema;
use crate::tool_name::Names;
use domain::credential::Provider;
use serde::Serialize;

/// One entry of `tools`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Tool<'t> {
    /// All functions.
    FunctionDeclarations(Vec<Declaration<'t>>),
    /// Google's search.
    GoogleSearch {},
}

/// One function.
#[derive(Debug, Serialize)]
pub(super) struct Declaration<'t> {
    name: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'t str>,
    parameters: &'t Schema,
}

/// `toolConfig`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig<'t> {
    function_calling_config: Calling<'t>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Calling<'t> {
    mode: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_function_names: Vec<&'t str>,
}

/// Takes the names of a request in and cleans the schemas for the target, in the order of the draft's functions; of
/// two functions with one name the first counts.
pub(super) fn prepare(
    draft: &Draft<'_>,
    target: &Target<'_>,
    without: Option<&str>,
) -> (Names, Vec<Option<Schema>>) {
    let mut names = Names::new(target.family());
    let mut schemas = Vec::with_capacity(draft.functions.len());
    for function in &draft.functions {
        if !names.add(&function.name) {
            schemas.push(None);
            continue;
        }
        let mut schema = function.parameters.clone();
        let placeholders = match target.family() {
            Family::Claude => schema.fill_for_claude(),
            Family::Gemini | Family::Gpt => vec![],
        };
        if let Some(keyword) = without {
            schema.without(keyword);
        }
        if let Some(tool) = names.tool_mut(&function.name) {
            tool.custom = function.custom;
            tool.placeholders = placeholders;
        }
        schemas.push(Some(schema));
    }
    for call in draft.turns.iter().flat_map(|turn| turn.calls()) {
        names.add(&call.name);
    }
    (names, schemas)
}

/// `tools`: the functions, or the search where it is alone. Both at once the upstream does not take.
pub(super) fn declared<'t>(
    draft: &'t Draft<'_>,
    target: &Target<'_>,
    names: &'t Names,
    schemas: &'t [Option<Schema>],
) -> Vec<Tool<'t>> {
    if target.makes_images() {
        return vec![];
    }
    if draft.searches() && target.family() == Family::Gemini {
        return vec![Tool::GoogleSearch {}];
    }
    let declarations: Vec<_> = draft
        .functions
        .iter()
        .zip(schemas)
        .filter_map(|(function, schema)| {
            Some(Declaration {
                name: names.upstream(&function.name),
                description: function.description.as_deref().filter(|text| !text.is_empty()),
                parameters: schema.as_ref()?,
            })
        })
        .collect();
    if declarations.is_empty() { vec![] } else { vec![Tool::FunctionDeclarations(declarations)] }
}

/// `toolConfig`, where there are functions.
pub(super) fn config<'t>(draft: &'t Draft<'_>, target: &Target<'_>, names: &'t Names) -> ToolConfig<'t> {
    let mode = match &draft.choice {
        Choice::Auto => match target.provider {
            Provider::Antigravity => "VALIDATED",
            Provider::GeminiCli | Provider::ApiKey => "AUTO",
        },
        Choice::None => "NONE",
        Choice::Any | Choice::Only(_) => "ANY",
    };
    let allowed_function_names = match &draft.choice {
        Choice::Only(only) => only.iter().map(|name| names.upstream(name)).collect(),
        Choice::Auto | Choice::None | Choice::Any => vec![],
    };
    ToolConfig { function_calling_config: Calling { mode, allowed_function_names } }
}
