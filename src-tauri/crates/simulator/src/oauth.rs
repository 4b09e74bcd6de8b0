//! The OAuth endpoints: sign-in by redirect, token exchange and refresh, revocation, user info.
//!
//! `upstream-api` §2. Tokens themselves are kept by `tokens`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use url::Url;

use crate::{
    errors,
    reply::Reply,
    request::{Request, find},
    scenario::{AccountKind, token_word},
    tokens::Code,
    world::{Caller, World},
};

/// `token/exchange` and refresh answers.
#[derive(Serialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    scope: String,
    token_type: &'static str,
    id_token: &'static str,
}

/// The account a sign-in, an exchange, a refresh or a revocation is about.
pub(crate) fn subject(world: &World, request: &Request) -> Option<usize> {
    let form = request.form();
    let by_refresh = |token: &str| world.accounts.iter().position(|account| account.refresh_token == token);
    if let Some(token) = find(&form, "refresh_token").or_else(|| find(&form, "token")) {
        return by_refresh(token);
    }
    if let Some(code) = find(&form, "code") {
        return world.tokens.code_owner(code);
    }
    who_signs_in(world, request)
}

/// The person in front of the browser: whom the hint names, else somebody who has not been imported, else the first
/// login of the client's kind.
fn who_signs_in(world: &World, request: &Request) -> Option<usize> {
    if let Some(hint) = request.query("login_hint") {
        return world.account_called(hint);
    }
    let client = request.query("client_id");
    let kind = || {
        world
            .accounts
            .iter()
            .enumerate()
            .filter(move |(_, a)| Some(a.spec.oauth_client().id.as_str()) == client)
    };
    let wanted_kind = asks_for_antigravity(request);
    let fitting = || kind().filter(move |(_, a)| (a.spec.kind == AccountKind::Antigravity) == wanted_kind);
    let newcomer = fitting().find(|(_, account)| !account.spec.import);
    newcomer.or_else(|| fitting().next()).or_else(|| kind().next()).map(|(index, _)| index)
}

fn asks_for_antigravity(request: &Request) -> bool {
    request.query("scope").is_some_and(|scope| scope.contains("cclog"))
}

/// `GET /authorize`: no page and no password; answers at once with the redirect.
pub(crate) fn authorize(world: &mut World, request: &Request, now: Timestamp) -> Reply {
    let page = |text: &str| {
        Reply::text(400, "text/html; charset=UTF-8", format!("<!DOCTYPE html><p>Error 400: {text}</p>"))
    };
    let Some(client_id) =
        request.query("client_id").filter(|id| world.clients.iter().any(|known| known.id == *id))
    else {
        return page("invalid_client");
    };
    if request.query("response_type") != Some("code") {
        return page("unsupported_response_type");
    }
    let Some(mut back) = request.query("redirect_uri").and_then(loopback) else {
        return page("redirect_uri_mismatch");
    };
    let challenge = request.query("code_challenge");
    if challenge.is_some() && request.query("code_challenge_method") != Some("S256") {
        return page("invalid_request: only S256");
    }
    let Some(index) = who_signs_in(world, request) else {
        return page("access_denied: nobody can sign in here");
    };

    let state = request.query("state").unwrap_or_default();
    let denied = world.accounts[index].denies_sign_in || request.query("deny") == Some("1");
    if denied {
        back.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", state);
        return Reply::redirect(302, back.into());
    }
    let scope = request.query("scope").unwrap_or_default();
    let code = format!("4/0FAKE_CODE_{}_{:04}", token_word(world.accounts[index].name()), world.serial());
    let redirect_uri = request.query("redirect_uri").unwrap_or_default();
    world.tokens.put_code(code.clone(), index, client_id, redirect_uri, challenge, scope, now);
    back.query_pairs_mut()
        .append_pair("state", state)
        .append_pair("code", &code)
        .append_pair("scope", scope)
        .append_pair("authuser", "0")
        .append_pair("prompt", request.query("prompt").unwrap_or("none"));
    Reply::redirect(302, back.into())
}

/// Where a desktop client may be sent back to: any port of this machine, and nowhere else.
fn loopback(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let host = url.host_str()?;
    (url.scheme() == "http" && ["127.0.0.1", "[::1]", "localhost"].contains(&host)).then_some(url)
}

/// `POST /token`.
pub(crate) fn token(world: &mut World, request: &Request, now: Timestamp) -> Reply {
    let form = request.form();
    let missing =
        |name: &str| errors::oauth(400, "invalid_request", &format!("Missing required parameter: {name}"));
    let Some(grant) = find(&form, "grant_type") else { return missing("grant_type") };
    let Some(client_id) = find(&form, "client_id") else { return missing("client_id") };
    let Some(client) = world.clients.iter().find(|known| known.id == client_id) else {
        return errors::reply("oauth.invalid_client", now);
    };
    if find(&form, "client_secret") != Some(client.secret.as_str()) {
        return errors::reply("oauth.unauthorized_client", now);
    }
    match grant {
        "refresh_token" => match find(&form, "refresh_token") {
            Some(token) => refresh(world, client_id, token, now),
            None => missing("refresh_token"),
        },
        "authorization_code" => match find(&form, "code") {
            Some(code) => exchange(world, client_id, code, &form, now),
            None => missing("code"),
        },
        other => errors::oauth(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")),
    }
}

fn refresh(world: &mut World, client_id: &str, token: &str, now: Timestamp) -> Reply {
    let known =
        world.accounts.iter().position(|account| account.refresh_token == token && !account.refresh_revoked);
    let Some(index) = known else { return errors::reply("oauth.invalid_grant", now) };
    if world.accounts[index].spec.oauth_client().id != client_id {
        return errors::reply("oauth.invalid_grant.bad_request", now);
    }
    let scope = world.accounts[index].spec.granted_scopes().join(" ");
    let rotated = std::mem::take(&mut world.rotate_refresh_token).then(|| rotate(world, index));
    answer(world, index, rotated, scope, now)
}

/// Replaces the account's refresh token; the old one is dead.
fn rotate(world: &mut World, index: usize) -> String {
    let account = &mut world.accounts[index];
    account.rotations += 1;
    let token = format!("1//FAKE_REFRESH_TOKEN_{}_{:04}", token_word(account.name()), account.rotations + 1);
    account.refresh_token.clone_from(&token);
    token
}

fn exchange(
    world: &mut World,
    client_id: &str,
    code: &str,
    form: &[(String, String)],
    now: Timestamp,
) -> Reply {
    let Some(code) = world.tokens.take_code(code, now) else {
        return errors::reply("oauth.invalid_grant.bad_code", now);
    };
    let same_place =
        find(form, "redirect_uri") == Some(code.redirect_uri.as_str()) && code.client_id == client_id;
    if !same_place || !code.proven_by(find(form, "code_verifier")) {
        return errors::reply("oauth.invalid_grant.bad_request", now);
    }
    let Code { account, scope, .. } = code;
    // Whoever unticked scopes got fewer than were asked for.
    let scope = world.accounts[account].spec.scopes.as_ref().map_or(scope, |granted| granted.join(" "));
    // A new consent brings a refresh token that works, whatever became of the old one.
    if world.accounts[account].refresh_revoked {
        rotate(world, account);
        world.accounts[account].refresh_revoked = false;
    }
    let token = world.accounts[account].refresh_token.clone();
    answer(world, account, Some(token), scope, now)
}

fn answer(
    world: &mut World,
    index: usize,
    refresh_token: Option<String>,
    scope: String,
    now: Timestamp,
) -> Reply {
    let access_token =
        format!("ya29.FAKE_ACCESS_TOKEN_{}_{:04}", token_word(world.accounts[index].name()), world.serial());
    let lifetime = SignedDuration::from_secs(world.options.expires_in);
    world.tokens.plant(access_token.clone(), index, lifetime, now);
    Reply::json(
        200,
        &TokenAnswer {
            access_token,
            expires_in: world.options.expires_in,
            refresh_token,
            refresh_token_expires_in: None,
            scope,
            token_type: "Bearer",
            id_token: "FAKE_HEADER.FAKE_PAYLOAD.FAKE_SIGNATURE",
        },
    )
}

/// `POST /revoke`: the refresh token and every access token die.
pub(crate) fn revoke(world: &mut World, request: &Request) -> Reply {
    match subject(world, request) {
        Some(index) => {
            world.accounts[index].refresh_revoked = true;
            world.tokens.withdraw(index);
            Reply::json(200, &serde_json::json!({}))
        }
        None => errors::oauth(400, "invalid_token", "Token expired or revoked"),
    }
}

/// The user-info answer.
#[derive(Serialize)]
struct UserInfo<'a> {
    id: String,
    email: String,
    verified_email: bool,
    name: &'a str,
    given_name: &'a str,
    family_name: &'a str,
    picture: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hd: Option<&'a str>,
}

/// `GET /userinfo`.
pub(crate) fn user_info(world: &World, caller: Caller, now: Timestamp) -> Reply {
    let index = match caller {
        Caller::Account(index) => index,
        Caller::Nobody { why, .. } => return why.reply(now),
        Caller::Key(_) => return errors::reply("401.missing_credentials", now),
    };
    let spec = &world.accounts[index].spec;
    let name = if spec.full_name.is_empty() { spec.name.as_str() } else { spec.full_name.as_str() };
    let (given_name, family_name) = name.split_once(' ').unwrap_or((name, ""));
    Reply::json(
        200,
        &UserInfo {
            id: format!("{:021}", 100_000_000_000_000_000_000_u128 + index as u128 + 1),
            email: spec.address(),
            verified_email: true,
            name,
            given_name,
            family_name,
            picture: "https://example.com/avatar.png",
            hd: spec.hosted_domain.as_deref(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_redirected_to() {
        for good in ["http://127.0.0.1:51121/oauth-callback", "http://localhost:1/x", "http://[::1]:9/"] {
            assert!(loopback(good).is_some(), "{good}");
        }
        for bad in ["https://127.0.0.1/x", "http://example.com/", "http://127.0.0.1.example.com/", "x", ""] {
            assert!(loopback(bad).is_none(), "{bad}");
        }
    }
}
