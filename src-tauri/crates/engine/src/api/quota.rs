//! `quota`.

use crate::host::Host;
use crate::upstream::Urgency;
use crate::view::dto::{ApiError, QuotaArgs, QuotaDocument};
use domain::credential::CredentialId;
use domain::policy::words::Here;

impl Host {
    /// Every credential, model and window.
    pub(crate) async fn quota(&self, args: QuotaArgs) -> Result<QuotaDocument, ApiError> {
        let runtime = self.runtime();
        let only = args.credential.map(|text| runtime.credentials.find(&text)).transpose()?.map(|c| c.id);
        let ids: Vec<CredentialId> = match &only {
            Some(id) => vec![id.clone()],
            None => runtime.ledger.state().credentials.iter().map(|k| k.credential.id.clone()).collect(),
        };
        runtime.source.read(&ids, args.freshness, Urgency::User).await;
        runtime.warmups.foresee().await;
        let state = runtime.ledger.state();
        let here =
            Here { now: runtime.clock.now(), zone: &runtime.zone, language: runtime.settings.language() };
        Ok(crate::view::quota::document(
            &state,
            runtime.is_demo(),
            only.as_ref().map(CredentialId::as_str),
            here,
        ))
    }
}
