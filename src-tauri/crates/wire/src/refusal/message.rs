//! The words of a refusal: what, why, and what to do.

use super::{Cause, NoneUsable, Refusal};
use jiff::SignedDuration;

/// Says what went wrong.
pub(super) fn of(refusal: &Refusal<'_>) -> String {
    match refusal {
        Refusal::BadRequest(bad) => bad.to_string(),
        Refusal::BadKey => "Incorrect API key provided.".to_owned(),
        Refusal::TooManyGuesses { retry_after } => {
            format!("Too many wrong API keys. Try again in {}.", lasting(*retry_after))
        }
        Refusal::ModelNotAllowed { model } => {
            format!(
                "This API key may not use the model {model}. Its list of models is in Headroom's settings."
            )
        }
        Refusal::KeySpent { cap, retry_after } => format!(
            "This API key has used its {cap} requests of the day; the next begin in {}.",
            lasting(*retry_after)
        ),
        Refusal::Foreign => "Requests of other hosts and web pages are not answered.".to_owned(),
        Refusal::UnknownModel { model } => {
            format!("The model {model} does not exist. GET /v1/models lists those that do.")
        }
        Refusal::UnknownPath => "There is nothing at this address.".to_owned(),
        Refusal::WrongMethod => "This address does not answer to this method.".to_owned(),
        Refusal::WrongContentType => "Send JSON, with the header Content-Type: application/json.".to_owned(),
        Refusal::TooLarge { limit } => {
            format!("The request is too large; up to {} MB are taken.", limit / (1024 * 1024))
        }
        Refusal::NoneUsable(none) => none_usable(none),
        Refusal::NoneActive { model, why } => {
            with_reasons(format!("No active credential offers {model}."), why)
        }
        Refusal::Closed => "The proxy is switched off. Switch it on in Headroom's settings.".to_owned(),
        Refusal::Fault(fault) if fault.message.is_empty() => "The service refused the request.".to_owned(),
        Refusal::Fault(fault) => fault.message.clone(),
        Refusal::Broken(broken) => broken.to_string(),
        Refusal::Internal => "Something went wrong inside Headroom; its log says more.".to_owned(),
    }
}

fn none_usable(none: &NoneUsable<'_>) -> String {
    let model = none.model;
    let (what, next) = match none.cause {
        Cause::QuotaEmpty => (format!("All credentials for {model} are out of quota"), "next reset in"),
        Cause::Rate => {
            (format!("All credentials for {model} rest after rate limits"), "the first is back in")
        }
        Cause::Floor => {
            (format!("All credentials for {model} are at their protection floor"), "the first is back in")
        }
    };
    let text = match none.retry_after {
        Some(after) => format!("{what}; {next} {}.", lasting(after)),
        None => format!("{what}."),
    };
    with_reasons(text, none.why)
}

fn with_reasons(text: String, why: &[(String, String)]) -> String {
    let reasons: Vec<_> = why.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
    if reasons.is_empty() { text } else { format!("{text} {}.", reasons.join("; ")) }
}

/// `1h43m56s`; seconds are rounded up.
fn lasting(duration: SignedDuration) -> String {
    let seconds = super::seconds(duration);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}
