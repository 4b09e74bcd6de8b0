//! Client keys, and what went through the proxy.

use super::decisions::span;
use super::look::{BAD, BOLD, GOOD, Look, PLAIN, QUIET};
use super::table::{Cell, Column, Table, plain};
use super::when;
use anstyle::Style;
use engine::view::dto::{
    ClientKeyView, PromptView, PromptsDeleted, RequestStatisticsView, RequestView, UsageView,
};

/// All client keys, one line each; revoked ones last.
pub fn keys(keys: &[ClientKeyView], look: &Look) -> String {
    if keys.is_empty() {
        return "No client keys. `headroom keys create NAME` makes one.\n".to_owned();
    }
    let mut table =
        Table::new(&[Column::Cut, Column::Right, Column::Right, Column::Left, Column::Left, Column::Rest]);
    table.row(["NAME", "TODAY", "CAP", "LAST USED", "MADE", "MODELS"].map(|title| Cell::new(title, QUIET)));
    let (revoked, in_use): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.revoked);
    for key in in_use.into_iter().chain(revoked) {
        let models = if key.revoked { "revoked".to_owned() } else { models_of(key) };
        let style = if key.revoked { QUIET } else { PLAIN };
        let used = key.last_used_at.as_deref().map_or_else(|| "never".to_owned(), |at| when::local(at, look));
        table.row([
            Cell::new(key.name.as_str(), if key.revoked { QUIET } else { BOLD }),
            Cell::new(key.requests_today.to_string(), style),
            Cell::new(key.daily_cap.map_or_else(|| "–".to_owned(), |cap| cap.to_string()), style),
            Cell::new(used, style),
            Cell::new(when::local(&key.created_at, look), style),
            Cell::new(models, style),
        ]);
    }
    table.draw(look.width)
}

/// After a key was changed: what holds now.
pub fn changed(key: &ClientKeyView) -> String {
    let cap = key
        .daily_cap
        .map_or_else(|| "no daily cap".to_owned(), |cap| format!("at most {cap} requests a day"));
    format!("{}: {}, {cap}.\n", plain(&key.name), plain(&models_of(key)))
}

fn models_of(key: &ClientKeyView) -> String {
    if key.models.is_empty() { "every model".to_owned() } else { key.models.join(", ") }
}

/// After a key was revoked.
pub fn revoked(key: &ClientKeyView) -> String {
    format!("{} opens nothing any more.\n", plain(&key.name))
}

/// One line a request, the newest first; what went wrong says why.
pub fn requests(found: &[RequestView], since: Option<&str>, look: &Look) -> String {
    if found.is_empty() {
        return format!("No requests {}.\n", span(since.unwrap_or("1d"), look));
    }
    let mut table = Table::new(&[
        Column::Left,
        Column::Left,
        Column::Cut,
        Column::Cut,
        Column::Cut,
        Column::Right,
        Column::Right,
        Column::Right,
    ]);
    let titles = ["AT", "OUTCOME", "MODEL", "CREDENTIAL", "KEY", "IN", "OUT", "TOOK"];
    table.row(titles.map(|title| Cell::new(title, QUIET)));
    for one in found {
        let model = model_of(one);
        table.row([
            when::local(&one.at, look).into(),
            Cell::new(format!("{} {}", one.status, one.outcome), style_of(&one.outcome)),
            model.into(),
            Cell::new(one.name.as_deref().unwrap_or("–"), PLAIN),
            one.key_name.as_str().into(),
            number(one.tokens_in).into(),
            number(one.tokens_out).into(),
            seconds(one.duration_ms).into(),
        ]);
        if one.outcome != "ok" && !one.decision.is_empty() {
            table.text(Cell::new(format!("  {}", one.decision), QUIET));
        }
    }
    table.draw(look.width)
}

fn model_of(request: &RequestView) -> String {
    match &request.model_used {
        Some(used) if *used != request.model_asked => format!("{used} (for {})", request.model_asked),
        Some(_) | None => request.model_asked.clone(),
    }
}

/// Each request with what was said in it, the newest first.
pub fn prompts(found: &[(&RequestView, Option<&PromptView>)], since: Option<&str>, look: &Look) -> String {
    if found.is_empty() {
        return format!("No requests {}.\n", span(since.unwrap_or("1d"), look));
    }
    let mut text = String::new();
    for (request, prompt) in found {
        let at = when::local(&request.at, look);
        let (model, key) = (plain(&model_of(request)), plain(&request.key_name));
        text += &format!("{at}  {} {}  {model}  {key}\n", request.status, request.outcome);
        let Some(prompt) = prompt else {
            text += "  What was said is not kept.\n";
            continue;
        };
        let before = left_out(prompt.asked_left_out, "before this");
        text += &format!("  Asked{before}:\n{}", indented(&prompt.asked));
        match &prompt.answered {
            Some(answered) => {
                let after = left_out(prompt.answered_left_out, "after this");
                text += &format!("  Answered{after}:\n{}", indented(answered));
            }
            None => text += "  Not answered.\n",
        }
    }
    text
}

fn left_out(bytes: u64, place: &str) -> String {
    if bytes == 0 { String::new() } else { format!(" ({bytes} bytes {place} are not kept)") }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", plain(line))).collect()
}

/// After what was said was deleted.
pub fn prompts_deleted(gone: PromptsDeleted) -> String {
    match gone.deleted {
        0 => "Nothing was kept of what was said.\n".to_owned(),
        1 => "What was said in 1 request is deleted.\n".to_owned(),
        more => format!("What was said in {more} requests is deleted.\n"),
    }
}

/// Sums by model, credential and key.
pub fn statistics(sums: &RequestStatisticsView, since: Option<&str>, look: &Look) -> String {
    let span = span(since.unwrap_or("7d"), look);
    if sums.total.requests == 0 {
        return format!("No requests {span}.\n");
    }
    let mut table = Table::new(&[
        Column::Cut,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
        Column::Right,
    ]);
    let groups = [("MODEL", &sums.models), ("CREDENTIAL", &sums.credentials), ("KEY", &sums.keys)];
    for (title, usages) in groups {
        let titles = [title, "REQUESTS", "FAILED", "REFUSED", "IN", "CACHED", "OUT", "FIRST BYTE"];
        table.row(titles.map(|title| Cell::new(title, QUIET)));
        usages.iter().for_each(|usage| usage_row(&mut table, &usage.name, usage));
    }
    usage_row(&mut table, "all", &sums.total);
    table.text(Cell::new(format!("Requests {span}"), QUIET));
    table.draw(look.width)
}

fn usage_row(table: &mut Table, name: &str, usage: &UsageView) {
    let count = |number: u32, style| Cell::new(number.to_string(), if number == 0 { QUIET } else { style });
    table.row([
        Cell::new(name, BOLD),
        usage.requests.to_string().into(),
        count(usage.failures, BAD),
        count(usage.refusals, PLAIN),
        usage.tokens_in.to_string().into(),
        usage.tokens_cached.to_string().into(),
        usage.tokens_out.to_string().into(),
        usage.median_first_byte_ms.map_or_else(|| "–".to_owned(), seconds).into(),
    ]);
}

fn style_of(outcome: &str) -> Style {
    match outcome {
        "ok" => GOOD,
        "cancelled" => QUIET,
        _ => BAD,
    }
}

fn number(tokens: Option<u32>) -> String {
    tokens.map_or_else(|| "–".to_owned(), |tokens| tokens.to_string())
}

fn seconds(milliseconds: u32) -> String {
    format!("{:.1} s", f64::from(milliseconds) / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn look() -> Look {
        Look { width: None, now: "2026-08-31T10:01:00Z".parse().unwrap(), zone: TimeZone::UTC }
    }

    fn text(drawn: &str) -> String {
        anstream::adapter::strip_str(drawn).to_string()
    }

    #[test]
    fn keys_in_use_come_before_revoked_ones() {
        let key = |name: &str, revoked| ClientKeyView {
            id: name.to_owned(),
            name: name.to_owned(),
            models: vec![],
            daily_cap: Some(9),
            requests_today: 3,
            created_at: "2026-08-31T08:00:00Z".to_owned(),
            last_used_at: None,
            revoked,
        };
        assert_eq!(
            text(&keys(&[key("old", true), key("laptop", false)], &look())),
            "NAME    TODAY  CAP  LAST USED  MADE   MODELS\n\
             laptop      3    9  never      08:00  every model\n\
             old         3    9  never      08:00  revoked\n"
        );
    }

    fn failed() -> RequestView {
        RequestView {
            id: "1".to_owned(),
            at: "2026-08-31T09:00:00Z".to_owned(),
            key: "k".to_owned(),
            key_name: "laptop".to_owned(),
            endpoint: "/v1/messages".to_owned(),
            model_asked: "opus".to_owned(),
            model_used: Some("claude".to_owned()),
            credential: Some("c".to_owned()),
            name: Some("Ada".to_owned()),
            provider: None,
            tokens_in: Some(12),
            tokens_out: None,
            tokens_cached: None,
            tokens_reasoning: None,
            duration_ms: 1_540,
            first_byte_ms: None,
            status: 502,
            outcome: "failed".to_owned(),
            retries: 1,
            decision: "The service broke off.".to_owned(),
            has_prompt: true,
        }
    }

    #[test]
    fn what_was_said_stands_below_its_request_and_steers_no_terminal() {
        let prompt = PromptView {
            request: "1".to_owned(),
            asked: "user:\nhi\u{1b}[2J".to_owned(),
            asked_left_out: 12,
            answered: None,
            answered_left_out: 0,
        };
        let head = "09:00  502 failed  claude (for opus)  laptop\n";
        assert_eq!(
            prompts(&[(&failed(), Some(&prompt))], None, &look()),
            format!(
                "{head}  Asked (12 bytes before this are not kept):\n    user:\n    hi [2J\n  Not answered.\n"
            )
        );
        let answered = PromptView { asked_left_out: 0, answered: Some("Yes.".to_owned()), ..prompt };
        assert_eq!(
            prompts(&[(&failed(), Some(&answered)), (&failed(), None)], None, &look()),
            format!(
                "{head}  Asked:\n    user:\n    hi [2J\n  Answered:\n    Yes.\n{head}  What was said is not kept.\n"
            )
        );
    }

    #[test]
    fn a_request_that_failed_says_why_and_unknown_tokens_are_no_number() {
        assert_eq!(
            text(&requests(&[failed()], None, &look())),
            "AT     OUTCOME     MODEL              CREDENTIAL  KEY     IN  OUT   TOOK\n\
             09:00  502 failed  claude (for opus)  Ada         laptop  12    –  1.5 s\n  The service broke off.\n"
        );
        assert_eq!(requests(&[], Some("1h"), &look()), "No requests in the last hour.\n");
    }

    #[test]
    fn sums_stand_under_their_titles() {
        let usage = |name: &str| UsageView {
            subject: name.to_owned(),
            name: name.to_owned(),
            requests: 4,
            failures: 1,
            refusals: 0,
            tokens_in: 5_000_000_000,
            tokens_out: 70,
            tokens_cached: 0,
            tokens_reasoning: 0,
            median_first_byte_ms: None,
        };
        let sums = RequestStatisticsView {
            since: String::new(),
            total: usage(""),
            models: vec![usage("claude")],
            credentials: vec![],
            keys: vec![usage("laptop")],
        };
        let drawn = text(&statistics(&sums, None, &look()));
        assert!(
            drawn.contains("claude             4       1        0  5000000000       0   70           –\n"),
            "{drawn}"
        );
        assert!(drawn.ends_with("Requests in the last 7 days\n"), "{drawn}");
    }
}
