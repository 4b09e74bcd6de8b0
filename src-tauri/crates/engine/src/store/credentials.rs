//! Credentials: one row each, changed field by field so that two changes at once are both kept.

use super::{Store, StoreError, instant, micros};
use crate::secrets::{Sealed, SecretName};
use domain::credential::{Blocked, Credential, CredentialId, Invalid, Provider, State, Tier, TierClass};
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Row, ToSql};

/// All credentials that are there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// Those that read well, in the order they came.
    pub credentials: Vec<Credential>,
    /// Those that do not. They stay in the database.
    pub damaged: Vec<Damaged>,
}

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its id, as far as it can be read.
    pub id: String,
    /// What is wrong with it.
    pub why: String,
}

/// A credential that was taken away and can be brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed {
    /// The credential.
    pub credential: Credential,
    /// When it was taken away.
    pub at: Timestamp,
}

const COLUMNS: &str = "id, provider, email, label, project, tier_id, tier_name, state, state_why, state_message, \
    state_link, state_since, added_at, discovered_at, last_quota_refresh, removed_at";

impl Store {
    /// Every credential that is not taken away. One that cannot be read never hides the others.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn credentials(&self) -> Result<Loaded, StoreError> {
        self.run(|c| {
            let (rows, damaged) = load(c, "removed_at IS NULL")?;
            Ok(Loaded { credentials: rows.into_iter().map(|(credential, _)| credential).collect(), damaged })
        })
        .await
    }

    /// The credentials that were taken away and not yet purged.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn removed(&self) -> Result<Vec<Removed>, StoreError> {
        self.run(|c| {
            let (rows, _) = load(c, "removed_at IS NOT NULL")?;
            Ok(rows
                .into_iter()
                .filter_map(|(credential, at)| Some(Removed { credential, at: at? }))
                .collect())
        })
        .await
    }

    /// Stores a new credential with its secrets, both or neither.
    ///
    /// # Errors
    /// When the id is taken, or the database fails.
    pub async fn insert_credential(
        &self,
        credential: &Credential,
        secrets: Vec<(SecretName, Sealed)>,
    ) -> Result<(), StoreError> {
        let credential = credential.clone();
        self.run(move |c| {
            let change = c.transaction()?;
            insert(&change, &credential)?;
            super::sealed::put(&change, credential.id.as_str(), &secrets)?;
            Ok(change.commit()?)
        })
        .await
    }

    /// Stores the state. `false` where the credential is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_state(&self, id: &CredentialId, state: &State) -> Result<bool, StoreError> {
        let s = StateColumns::of(state);
        self.update(
            id,
            "state = ?2, state_why = ?3, state_message = ?4, state_link = ?5, state_since = ?6",
            vec![
                Box::new(s.state),
                Box::new(s.why),
                Box::new(s.message),
                Box::new(s.link),
                Box::new(s.since),
            ],
        )
        .await
    }

    /// Stores the user's own name. `false` where the credential is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_label(&self, id: &CredentialId, label: Option<&str>) -> Result<bool, StoreError> {
        self.update(id, "label = ?2", vec![Box::new(label.map(str::to_owned))]).await
    }

    /// Stores the e-mail address. `false` where the credential is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_email(&self, id: &CredentialId, email: &str) -> Result<bool, StoreError> {
        self.update(id, "email = ?2", vec![Box::new(email.to_owned())]).await
    }

    /// Stores what project discovery told. `false` where the credential is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_discovery(
        &self,
        id: &CredentialId,
        project: Option<&str>,
        tier: Option<&Tier>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.update(
            id,
            "project = ?2, tier_id = ?3, tier_name = ?4, discovered_at = ?5",
            vec![
                Box::new(project.map(str::to_owned)),
                Box::new(tier.map(|t| t.id.clone())),
                Box::new(tier.map(|t| t.name.clone())),
                Box::new(micros(at)),
            ],
        )
        .await
    }

    /// Stores when quota was last read with success. `false` where the credential is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_last_quota_refresh(&self, id: &CredentialId, at: Timestamp) -> Result<bool, StoreError> {
        self.update(id, "last_quota_refresh = ?2", vec![Box::new(micros(at))]).await
    }

    /// Takes a credential away; its secrets stay until it is purged. `false` where it was gone already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_credential(&self, id: &CredentialId, at: Timestamp) -> Result<bool, StoreError> {
        self.update(id, "removed_at = ?2", vec![Box::new(micros(at))]).await
    }

    /// Brings a removed credential back. `false` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_credential(&self, id: &CredentialId) -> Result<bool, StoreError> {
        let id = id.clone();
        self.run(move |c| {
            let sql = "UPDATE credentials SET removed_at = NULL WHERE id = ?1 AND removed_at IS NOT NULL";
            Ok(c.prepare_cached(sql)?.execute([id.as_str()])? > 0)
        })
        .await
    }

    /// Deletes for good what was taken away before `before`: record, secrets, samples and its own settings.
    /// Answers the ids.
    ///
    /// # Errors
    /// When the database fails; then nothing is deleted.
    pub async fn purge_removed(&self, before: Timestamp) -> Result<Vec<CredentialId>, StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            let ids: Vec<String> = change
                .prepare_cached("SELECT id FROM credentials WHERE removed_at < ?1")?
                .query_map([micros(before)], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for id in &ids {
                change.execute("DELETE FROM secrets WHERE owner = ?1", [id])?;
                change.execute("DELETE FROM settings WHERE credential = ?1", [id])?;
                change.execute("DELETE FROM credentials WHERE id = ?1", [id])?;
            }
            change.commit()?;
            Ok(ids.into_iter().map(CredentialId::new).collect())
        })
        .await
    }

    /// Changes columns of a credential that is not taken away; `assignments` counts from `?2`.
    async fn update(
        &self,
        id: &CredentialId,
        assignments: &'static str,
        values: Vec<Box<dyn ToSql + Send>>,
    ) -> Result<bool, StoreError> {
        let id = id.clone();
        self.run(move |c| {
            let sql = format!("UPDATE credentials SET {assignments} WHERE id = ?1 AND removed_at IS NULL");
            let id = id.as_str();
            let mut bound: Vec<&dyn ToSql> = vec![&id];
            bound.extend(values.iter().map(|v| v.as_ref() as &dyn ToSql));
            Ok(c.prepare_cached(&sql)?.execute(bound.as_slice())? > 0)
        })
        .await
    }
}

fn insert(connection: &Connection, credential: &Credential) -> Result<(), StoreError> {
    let Credential {
        id,
        provider,
        email,
        label,
        project,
        tier,
        state,
        added_at,
        discovered_at,
        last_quota_refresh,
    } = credential;
    let s = StateColumns::of(state);
    let sql = format!(
        "INSERT INTO credentials ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, NULL)"
    );
    let inserted = connection.execute(
        &sql,
        rusqlite::params![
            id.as_str(),
            provider.key(),
            email,
            label,
            project,
            tier.as_ref().map(|t| &t.id),
            tier.as_ref().map(|t| &t.name),
            s.state,
            s.why,
            s.message,
            s.link,
            s.since,
            micros(*added_at),
            discovered_at.map(micros),
            last_quota_refresh.map(micros),
        ],
    );
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(StoreError::Exists(id.clone()))
        }
        Err(error) => Err(error.into()),
    }
}

type Rows = (Vec<(Credential, Option<Timestamp>)>, Vec<Damaged>);

fn load(connection: &Connection, which: &str) -> Result<Rows, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM credentials WHERE {which} ORDER BY added_at, rowid");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let (mut good, mut damaged) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(credential) => good.push(credential),
            Err(why) => damaged.push(Damaged { id: readable_id(row), why }),
        }
    }
    Ok((good, damaged))
}

/// The credentials of another database of this form; a damaged one stays behind.
pub(super) fn present(connection: &Connection) -> Result<Vec<Credential>, StoreError> {
    let (rows, _) = load(connection, "removed_at IS NULL")?;
    Ok(rows.into_iter().map(|(credential, _)| credential).collect())
}

fn readable_id(row: &Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_)) | Err(_) => String::new(),
    }
}

/// Reads one row; says what cannot be read, without its content.
fn read(row: &Row<'_>) -> Result<(Credential, Option<Timestamp>), String> {
    let at = |column| optional::<i64>(row, column)?.map(instant).transpose();
    let text = |column| optional::<String>(row, column);
    let tier = text("tier_id")?.map(|id| {
        let name = text("tier_name")?.unwrap_or_default();
        Ok::<_, String>(Tier { class: TierClass::of(&id, &name), id, name })
    });
    let credential = Credential {
        id: CredentialId::new(text("id")?.ok_or("it has no id")?),
        provider: text("provider")?.unwrap_or_default().parse::<Provider>().map_err(|e| e.to_string())?,
        email: text("email")?,
        label: text("label")?,
        project: text("project")?,
        tier: tier.transpose()?,
        state: StateColumns {
            state: text("state")?.unwrap_or_default(),
            why: text("state_why")?,
            message: text("state_message")?,
            link: text("state_link")?,
            since: optional(row, "state_since")?,
        }
        .read()?,
        added_at: at("added_at")?.ok_or("it has no time of its own")?,
        discovered_at: at("discovered_at")?,
        last_quota_refresh: at("last_quota_refresh")?,
    };
    Ok((credential, at("removed_at")?))
}

fn optional<T: rusqlite::types::FromSql>(row: &Row<'_>, column: &str) -> Result<Option<T>, String> {
    row.get(column).map_err(|_| format!("its {column} is not readable"))
}

/// A state in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StateColumns {
    state: String,
    why: Option<String>,
    message: Option<String>,
    link: Option<String>,
    since: Option<i64>,
}

impl StateColumns {
    fn of(state: &State) -> Self {
        let plain = Self { state: state.key().to_owned(), why: None, message: None, link: None, since: None };
        match state {
            State::Active | State::Disabled => plain,
            State::Invalid { why, since } => {
                Self { why: Some(invalid_word(*why).to_owned()), since: Some(micros(*since)), ..plain }
            }
            State::Blocked { why, message, link, since } => Self {
                why: Some(blocked_word(*why).to_owned()),
                message: message.clone(),
                link: link.clone(),
                since: Some(micros(*since)),
                ..plain
            },
            State::Retired { message, since } => {
                Self { message: message.clone(), since: Some(micros(*since)), ..plain }
            }
        }
    }

    fn read(self) -> Result<State, String> {
        let since = || self.since.ok_or_else(|| "its state has no time".to_owned()).and_then(instant);
        let why = || self.why.as_deref().ok_or_else(|| "its state has no reason".to_owned());
        match self.state.as_str() {
            "active" => Ok(State::Active),
            "disabled" => Ok(State::Disabled),
            "invalid" => Ok(State::Invalid { why: word(&INVALID, why()?, invalid_word)?, since: since()? }),
            "blocked" => {
                let (why, since) = (word(&BLOCKED, why()?, blocked_word)?, since()?);
                Ok(State::Blocked { why, message: self.message, link: self.link, since })
            }
            "retired" => {
                let since = since()?;
                Ok(State::Retired { message: self.message, since })
            }
            other => Err(format!("{other:?} is no state")),
        }
    }
}

const INVALID: [Invalid; 4] =
    [Invalid::RefreshRefused, Invalid::NoToken, Invalid::KeyRefused, Invalid::NoClient];

const BLOCKED: [Blocked; 7] = [
    Blocked::Validation,
    Blocked::Terms,
    Blocked::ServiceDisabled,
    Blocked::Forbidden,
    Blocked::Scope,
    Blocked::Ineligible,
    Blocked::KeyRestricted,
];

fn invalid_word(why: Invalid) -> &'static str {
    match why {
        Invalid::RefreshRefused => "refresh_refused",
        Invalid::NoToken => "no_token",
        Invalid::KeyRefused => "key_refused",
        Invalid::NoClient => "no_client",
    }
}

fn blocked_word(why: Blocked) -> &'static str {
    match why {
        Blocked::Validation => "validation",
        Blocked::Terms => "terms",
        Blocked::ServiceDisabled => "service_disabled",
        Blocked::Forbidden => "forbidden",
        Blocked::Scope => "scope",
        Blocked::Ineligible => "ineligible",
        Blocked::KeyRestricted => "key_restricted",
    }
}

fn word<T: Copy>(all: &[T], text: &str, of: impl Fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|v| of(*v) == text).ok_or_else(|| format!("{text:?} is no reason of a state"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back() {
        let since = Timestamp::from_microsecond(1_700_000_000_123_456).unwrap();
        let blocked = BLOCKED.into_iter().map(|why| State::Blocked {
            why,
            message: Some("words".into()),
            link: Some("https://accounts.google.com/x".into()),
            since,
        });
        let invalid = INVALID.into_iter().map(|why| State::Invalid { why, since });
        let plain = [State::Active, State::Disabled, State::Retired { message: None, since }];
        for state in plain.into_iter().chain(invalid).chain(blocked) {
            assert_eq!(StateColumns::of(&state).read(), Ok(state));
        }
    }

    #[test]
    fn a_state_that_lacks_its_reason_or_time_is_damaged() {
        let columns = |state: &str, why: Option<&str>, since| StateColumns {
            state: state.into(),
            why: why.map(Into::into),
            message: None,
            link: None,
            since,
        };
        for bad in [
            columns("", None, None),
            columns("invalid", None, Some(1)),
            columns("invalid", Some("no_token"), None),
            columns("invalid", Some("terms"), Some(1)),
            columns("blocked", Some("nonsense"), Some(1)),
            columns("retired", None, None),
            columns("retired", None, Some(i64::MAX)),
        ] {
            assert!(bad.clone().read().is_err(), "{bad:?}");
        }
    }
}
