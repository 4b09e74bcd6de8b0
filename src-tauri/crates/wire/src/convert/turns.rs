//! The order of a conversation as the upstream demands it: user and model take turns, the user first and last, every
//! call has its result directly after it.

use super::pairs;
use super::{Data, Part, Target, Turn, Who};

/// What stands where the upstream demands a word of the user's and there is none.
const FILLER: &str = ".";

/// Puts turns in order. A last turn of the model that only begins an answer is left out: the models take no such
/// beginnings any more.
pub(super) fn arrange<'b>(turns: Vec<Turn<'b>>, target: &Target<'_>) -> Vec<Turn<'b>> {
    let settled = pairs::settle(merged(turns), target.is_gemini_3());
    let mut turns = merged(settled);
    while turns.last().is_some_and(|last| last.who == Who::Model) {
        turns.pop();
    }
    if turns.first().is_none_or(|first| first.who == Who::Model) {
        turns.insert(0, Turn { who: Who::User, parts: vec![Part::text(FILLER)] });
    }
    turns
}

/// Leaves out what is empty and joins neighbours of one role.
fn merged(turns: Vec<Turn<'_>>) -> Vec<Turn<'_>> {
    let mut merged: Vec<Turn<'_>> = Vec::with_capacity(turns.len() + 1);
    for mut turn in turns {
        turn.parts.retain(|part| !part.is_empty());
        if turn.parts.is_empty() {
            continue;
        }
        match merged.last_mut() {
            Some(last) if last.who == turn.who => last.parts.append(&mut turn.parts),
            Some(_) | None => merged.push(turn),
        }
    }
    for turn in merged.iter_mut().filter(|turn| turn.who == Who::Model) {
        if !turn.parts.is_sorted_by_key(rank) {
            turn.parts.sort_by_key(rank);
        }
    }
    merged
}

/// Where a part of the model's stands: thoughts, words, calls.
fn rank(part: &Part<'_>) -> u8 {
    match part.data {
        Data::Thought(_) => 0,
        Data::Text(_) | Data::Blob(_) | Data::Outcome(_) => 1,
        Data::Call(_) => 2,
    }
}

/// Whether a step of the running turn (what came after the user's last words) calls without a thought before it.
pub(super) fn calls_without_thought(turns: &[Turn<'_>]) -> bool {
    let answers = |part: &Part<'_>| matches!(part.data, Data::Outcome(_));
    let own_words = |turn: &Turn<'_>| turn.who == Who::User && !turn.parts.iter().any(answers);
    let begins = turns.iter().rposition(own_words).map_or(0, |last| last + 1);
    turns[begins..]
        .iter()
        .any(|turn| turn.calls().next().is_some() && !turn.parts.first().is_some_and(Part::is_thought))
}
