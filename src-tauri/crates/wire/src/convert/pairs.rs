//! Calls and their results: each result directly after its call, in the order of the calls, under the same id.

use super::{Call, Data, Outcome, Part, Response, Turn, Who};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// What a call without a result is told.
const NO_RESULT: &str = "no result";

/// Gives every call its result and makes a result without a call the user's words. Roles alternate already.
pub(super) fn settle(turns: Vec<Turn<'_>>, media_inside: bool) -> Vec<Turn<'_>> {
    let mut settled = Vec::with_capacity(turns.len() + 1);
    let mut turns = turns.into_iter().peekable();
    while let Some(mut turn) = turns.next() {
        if turn.who == Who::User {
            turn.parts = turn.parts.into_iter().flat_map(without_call).collect();
            settled.push(turn);
        } else if turn.calls().next().is_some() {
            let after = turns.next_if(|next| next.who == Who::User).map_or_else(Vec::new, |next| next.parts);
            let parts = answered(&mut turn, after, media_inside);
            settled.extend([turn, Turn { who: Who::User, parts }]);
        } else {
            settled.push(turn);
        }
    }
    settled
}

/// The user's turn after calls: results, their media, then everything else.
fn answered<'b>(turn: &mut Turn<'b>, after: Vec<Part<'b>>, media_inside: bool) -> Vec<Part<'b>> {
    let mut outcomes: VecDeque<Outcome<'b>> = VecDeque::new();
    let mut others = Vec::new();
    for part in after {
        match part.data {
            Data::Outcome(outcome) => outcomes.push_back(outcome),
            data @ (Data::Text(_) | Data::Thought(_) | Data::Blob(_) | Data::Call(_)) => {
                others.push(Part { data, ..part })
            }
        }
    }
    let (mut parts, mut media) = (Vec::new(), Vec::new());
    for part in &mut turn.parts {
        let Data::Call(call) = &mut part.data else { continue };
        let mut outcome = take_for(call, &mut outcomes);
        call.id = call.id.take().or(outcome.id.take());
        outcome.id = call.id.clone();
        outcome.name = Some(call.name.clone());
        if !media_inside {
            media.extend(outcome.blobs.drain(..).map(|blob| Part::of(Data::Blob(blob))));
        }
        parts.push(Part::of(Data::Outcome(outcome)));
    }
    let left_over = outcomes.into_iter().flat_map(|outcome| without_call(Part::of(Data::Outcome(outcome))));
    parts.extend(media.into_iter().chain(left_over).chain(others));
    parts
}

/// The result of a call: by id, else, where one of them has none, by name and order.
fn take_for<'b>(call: &Call<'b>, outcomes: &mut VecDeque<Outcome<'b>>) -> Outcome<'b> {
    let same_id = |outcome: &Outcome<'_>| call.id.is_some() && outcome.id == call.id;
    let same_name = |outcome: &Outcome<'_>| {
        (outcome.id.is_none() || call.id.is_none())
            && outcome.name.as_ref().is_none_or(|name| *name == call.name)
    };
    let found = outcomes.iter().position(same_id).or_else(|| outcomes.iter().position(same_name));
    found.and_then(|found| outcomes.remove(found)).unwrap_or(Outcome {
        id: None,
        name: None,
        response: Response::Error(Cow::Borrowed(NO_RESULT)),
        blobs: vec![],
    })
}

/// A result nobody asked for becomes words and media.
fn without_call(part: Part<'_>) -> Vec<Part<'_>> {
    match part.data {
        Data::Outcome(outcome) => {
            let media = outcome.blobs.into_iter().map(|blob| Part::of(Data::Blob(blob)));
            std::iter::once(Part::text(outcome.response.into_text())).chain(media).collect()
        }
        data @ (Data::Text(_) | Data::Thought(_) | Data::Blob(_) | Data::Call(_)) => {
            vec![Part { data, ..part }]
        }
    }
}

/// Gives every call an id that Claude takes: there, of letters it knows, and only once in a conversation. The same
/// conversation gets the same ids each time, so that caches hold.
pub(super) fn name_calls(turns: &mut [Turn<'_>]) {
    let mut seen = HashMap::new();
    let mut ids: Vec<String> = Vec::new();
    for turn in turns {
        let mut answers = std::mem::take(&mut ids).into_iter();
        for part in &mut turn.parts {
            match &mut part.data {
                Data::Call(call) => {
                    let id = unique(call.id.as_deref().unwrap_or_default(), &mut seen);
                    call.id = Some(Cow::Owned(id.clone()));
                    ids.push(id);
                }
                Data::Outcome(outcome) => outcome.id = answers.next().map(Cow::Owned).or(outcome.id.take()),
                Data::Text(_) | Data::Thought(_) | Data::Blob(_) => {}
            }
        }
    }
}

/// An id like this one that was not there yet. `seen` holds every id with the next number to try after it.
fn unique(id: &str, seen: &mut HashMap<String, usize>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let base: String = if id.is_empty() { "call_0".to_owned() } else { id.chars().map(plain).collect() };
    let mut number = seen.get(&base).copied().unwrap_or(0);
    let mut id = base.clone();
    while seen.contains_key(&id) {
        number += 1;
        id = format!("{base}_{number}");
    }
    seen.insert(base, number);
    seen.entry(id.clone()).or_insert(0);
    id
}
