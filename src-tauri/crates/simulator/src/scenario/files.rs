//! Credential files a user of the scenario would have: gcli2api's format (`upstream-api` §9.1).

use serde::Serialize;

use super::{AccountKind, AccountSpec, Scenario, token_word};

/// The gcli2api file of one login.
#[derive(Serialize)]
struct CredentialFile {
    client_id: String,
    client_secret: String,
    token: String,
    refresh_token: String,
    scopes: Vec<String>,
    token_uri: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    expiry: &'static str,
}

impl Scenario {
    /// Importable gcli2api files of the accounts marked `import`: (file name, JSON).
    ///
    /// Their access tokens have long expired, so that a program that imports them refreshes first.
    pub fn credential_files(&self) -> Vec<(String, String)> {
        self.accounts
            .iter()
            .enumerate()
            .filter(|(_, account)| account.import)
            .map(|(i, a)| file(i, a))
            .collect()
    }
}

fn file(index: usize, account: &AccountSpec) -> (String, String) {
    let client = account.oauth_client();
    let project = account.project_id().filter(|_| account.onboarded);
    let prefix = match account.kind {
        AccountKind::Antigravity => "ag_",
        AccountKind::GeminiCli => "",
    };
    // The number stands for the second of the export; counted up so that no two names are the same.
    let name =
        format!("{prefix}{}-{}.json", project.as_deref().unwrap_or(&account.name), 1_788_220_800 + index);
    let content = CredentialFile {
        client_id: client.id,
        client_secret: client.secret,
        token: format!("ya29.FAKE_EXPIRED_TOKEN_{}", token_word(&account.name)),
        refresh_token: account.refresh_secret(),
        scopes: account.granted_scopes(),
        token_uri: "https://oauth2.googleapis.com/token",
        project_id: project,
        expiry: "2020-01-01T00:00:00+00:00",
    };
    // A struct of texts always serialises.
    (name, serde_json::to_string_pretty(&content).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_imported_login_has_its_own_file_with_what_its_refresh_needs() {
        let demo = Scenario::demo();
        let files = demo.credential_files();
        let imported: Vec<_> = demo.accounts.iter().filter(|account| account.import).collect();
        assert_eq!(files.len(), imported.len());
        for (account, (name, text)) in imported.iter().zip(&files) {
            let file: Value = serde_json::from_str(text).unwrap();
            assert_eq!(file["refresh_token"], account.refresh_secret(), "{name}");
            assert_eq!(file["client_id"], account.oauth_client().id, "{name}");
            assert_eq!(name.starts_with("ag_"), account.kind == AccountKind::Antigravity, "{name}");
            assert_eq!(text.contains("auth/cclog"), account.kind == AccountKind::Antigravity, "{name}");
        }
        let mut names: Vec<_> = files.iter().map(|(name, _)| name).collect();
        names.dedup();
        assert_eq!(names.len(), files.len());
    }
}
