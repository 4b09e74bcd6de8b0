//! Commands that point other programs at the proxy, and the preview of names for models.

use crate::connect::{ConnectError, Home, KEY_PLACEHOLDER, PROGRAMS, Program, Wanted, find};
use crate::host::Host;
use crate::runtime::Runtime;
use crate::view::dto::{
    AliasArgs, AliasView, ApiError, ConnectArgs, ConnectUndone, ConnectView, ConnectWriteArgs,
    ConnectWritten, ErrorCode,
};
use domain::policy::alias::Via;
use domain::policy::models::is_offered;
use domain::policy::words::{Language, Said, Spoken as _};
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::path::PathBuf;

const LONGEST_MODEL: usize = 200;

impl Host {
    pub(crate) async fn connect_list(&self) -> Result<Vec<ConnectView>, ApiError> {
        let mut views = Vec::with_capacity(PROGRAMS.len());
        for program in PROGRAMS {
            views.push(self.program_view(program).await?);
        }
        Ok(views)
    }

    pub(crate) async fn connect_show(&self, args: ConnectArgs) -> Result<ConnectView, ApiError> {
        self.program_view(program(&args.client)?).await
    }

    pub(crate) async fn connect_write(&self, args: ConnectWriteArgs) -> Result<ConnectWritten, ApiError> {
        let (program, runtime) = (program(&args.client)?, self.runtime());
        if runtime.is_demo() {
            return Err(ApiError::said(
                ErrorCode::Refused,
                Said::new(
                    "this is the demo: it changes no files of your programs; import a credential first",
                    "这是演示：不会改动你的程序的文件；请先导入凭据",
                ),
            ));
        }
        let (base, models) = (runtime.proxy_address(), runtime.offered_models());
        let wanted = Wanted { base: &base, key: KEY_PLACEHOLDER, models: &models };
        let home = self.home();
        let given = args.key.map(|key| SecretString::from(key.trim().to_owned()));
        let written = runtime.connector.write(program, wanted, &home, given.as_ref()).await?;
        let mut notes = program.setup(&wanted, &home).notes;
        notes.extend(written.notes);
        notes.extend(runtime.switched_off());
        let language = runtime.settings.language();
        Ok(ConnectWritten {
            client: program.id.to_owned(),
            name: program.name.to_owned(),
            changed: shown(&written.changed),
            backups: shown(&written.backups),
            key_name: written.key.name,
            key_is_new: written.key_is_new,
            notes: in_words(&notes, language),
        })
    }

    pub(crate) async fn connect_undo(&self, args: ConnectArgs) -> Result<ConnectUndone, ApiError> {
        let program = program(&args.client)?;
        let undone = self.runtime().connector.undo(program).await?;
        Ok(ConnectUndone {
            client: program.id.to_owned(),
            name: program.name.to_owned(),
            restored: shown(&undone.restored),
            edited: shown(&undone.edited),
            removed: shown(&undone.removed),
            revoked_key: undone.revoked_key,
        })
    }

    pub(crate) async fn alias_preview(&self, args: AliasArgs) -> Result<AliasView, ApiError> {
        let name = args.name.trim();
        if name.is_empty() || name.len() > LONGEST_MODEL {
            return Err(ApiError::said(
                ErrorCode::BadInput,
                Said::new(
                    "give the name of a model, as a client would send it",
                    "请填写模型名称，即客户端会发送的名称",
                ),
            ));
        }
        let found = self.runtime().proxy.destination(name);
        let (via, rule) = match &found.via {
            Via::Itself => ("itself", None),
            Via::Alias(rule) => ("alias", Some(rule.to_string())),
            Via::Replaced => ("replaced", None),
            Via::Nothing => ("nothing", None),
        };
        Ok(AliasView {
            name: name.to_owned(),
            sentence: found.said(name).in_language(self.runtime().settings.language()).to_owned(),
            model: found.model,
            known: found.known,
            via: via.to_owned(),
            rule,
        })
    }

    fn home(&self) -> Home {
        Home::new(self.options().vars.clone())
    }

    async fn program_view(&self, program: &Program) -> Result<ConnectView, ApiError> {
        let runtime = self.runtime();
        let (base, models) = (runtime.proxy_address(), runtime.offered_models());
        let wanted = Wanted { base: &base, key: KEY_PLACEHOLDER, models: &models };
        let home = self.home();
        let setup = program.setup(&wanted, &home);
        let standing = runtime.connector.standing(program, &wanted, &home).await?;
        let language = runtime.settings.language();
        let notes: Vec<_> = setup.notes.iter().cloned().chain(runtime.switched_off()).collect();
        Ok(ConnectView {
            client: program.id.to_owned(),
            name: program.name.to_owned(),
            about: program.about.to_owned(),
            files: setup.files.iter().map(|file| file.path.display().to_string()).collect(),
            text: setup.text(),
            notes: in_words(&notes, language),
            connected: standing.connected,
            can_undo: standing.can_undo,
            problem: standing.problem.map(|why| why.in_language(language).to_owned()),
        })
    }
}

impl Runtime {
    /// The models that some credential offers, as far as they are known.
    fn offered_models(&self) -> Vec<String> {
        let state = self.ledger.state();
        let quotas = state.credentials.iter().filter_map(|known| known.quota.as_ref());
        let models: BTreeSet<_> =
            quotas.flat_map(|quota| &quota.models).filter(|m| is_offered(m)).map(|m| m.id.clone()).collect();
        models.into_iter().collect()
    }

    fn switched_off(&self) -> Option<Said> {
        let off = !self.settings.current().proxy_enabled;
        off.then(|| {
            Said::new(
                "The proxy is switched off: headroom settings set proxy_enabled true.",
                "代理已关闭：headroom settings set proxy_enabled true。",
            )
        })
    }
}

fn program(id: &str) -> Result<&'static Program, ApiError> {
    find(id).ok_or_else(|| {
        let id: String = id.chars().take(60).collect();
        ApiError::new(
            ErrorCode::NotFound,
            format!("there is no set-up for {id:?}; `headroom connect` lists the programs"),
        )
    })
}

fn in_words(notes: &[Said], language: Language) -> Vec<String> {
    notes.iter().map(|note| note.in_language(language).to_owned()).collect()
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        let code = match &error {
            ConnectError::File { .. } | ConnectError::ByHand(_) => ErrorCode::Refused,
            ConnectError::BadKey => ErrorCode::BadInput,
            ConnectError::NotConnected(_) => ErrorCode::NotFound,
            ConnectError::NoHome | ConnectError::Store(_) => ErrorCode::Failed,
        };
        Self::said(code, error.said())
    }
}
