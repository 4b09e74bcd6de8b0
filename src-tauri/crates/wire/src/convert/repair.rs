//! What can be changed about a request the upstream refused, for one more try.

use domain::fault::{Class, Fault};

/// What is left out of a request the second time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// All signatures count as lost.
    pub(crate) signatures: bool,
    /// A keyword of tool schemas that the upstream does not know.
    pub(crate) keyword: Option<String>,
}

impl Repair {
    /// Nothing left out: the first try.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What a refusal says can be repaired; `None` where trying again is of no use.
    #[must_use]
    pub fn of(fault: &Fault) -> Option<Self> {
        match fault.class {
            Class::BadSignature => Some(Self { signatures: true, keyword: None }),
            Class::BadRequest => {
                let keyword = unknown_keyword(&fault.message)?;
                Some(Self { signatures: false, keyword: Some(keyword.to_owned()) })
            }
            Class::LocationUnsupported
            | Class::Unauthenticated
            | Class::ValidationRequired
            | Class::ServiceDisabled
            | Class::Forbidden
            | Class::ScopeInsufficient
            | Class::AccountSuspended
            | Class::Retired
            | Class::ModelNotFound
            | Class::QuotaExhausted
            | Class::RateLimit
            | Class::Unstructured
            | Class::Capacity
            | Class::Transient
            | Class::KeyInvalid
            | Class::KeyBlocked => None,
        }
    }

    /// For the log: what was left out.
    #[must_use]
    pub fn describe(&self) -> String {
        match (&self.keyword, self.signatures) {
            (Some(keyword), _) => format!("tool schemas without `{keyword}`"),
            (None, true) => "without thought signatures".to_owned(),
            (None, false) => "unchanged".to_owned(),
        }
    }
}

/// `Unknown name "x" at '…parameters…'`.
fn unknown_keyword(message: &str) -> Option<&str> {
    let (_, after) = message.split_once("Unknown name \"")?;
    let (keyword, place) = after.split_once('"')?;
    (place.contains("parameters") || place.contains("schema")).then_some(keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_left_out_is_tried_again() {
        let of = |class, message: &str| {
            Repair::of(&Fault::new(class, 400, message)).map(|repair| repair.describe())
        };
        let unknown = "Invalid JSON payload received. Unknown name \"nullable\" at \
            'request.tools[0].function_declarations[3].parameters.properties[1].value': Cannot find field.";
        assert_eq!(of(Class::BadRequest, unknown).as_deref(), Some("tool schemas without `nullable`"));
        assert_eq!(of(Class::BadSignature, "").as_deref(), Some("without thought signatures"));
        assert_eq!(of(Class::BadRequest, "Unknown name \"x\" at 'request': Cannot find field."), None);
        assert_eq!(of(Class::BadRequest, "Unknown name \"x"), None);
        assert_eq!(of(Class::RateLimit, unknown), None);
    }
}
