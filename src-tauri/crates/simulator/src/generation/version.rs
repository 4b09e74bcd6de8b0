//! Whether a User-Agent is too old: such clients get a text instead of an answer (`upstream-api` §6.7).

use crate::scenario::Options;

/// Whether the service would tell this client to update.
pub(crate) fn is_outdated(user_agent: Option<&str>, options: &Options) -> bool {
    let agent = user_agent.unwrap_or_default().to_ascii_lowercase();
    let named = options.outdated_user_agents.iter().any(|word| agent.contains(&word.to_ascii_lowercase()));
    let floor = options.oldest_antigravity.as_deref().map(version);
    let too_old = match (floor, antigravity_version(&agent)) {
        (Some(floor), Some(version)) => version < floor,
        (None, _) | (_, None) => false,
    };
    named || too_old
}

/// `antigravity/1.15.8 …`, `antigravity/ide/2.5.5 (…`: the version such an agent states.
fn antigravity_version(agent: &str) -> Option<[u32; 3]> {
    let mut words = agent.strip_prefix("antigravity/")?.split(['/', ' ']);
    words.find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(version)
}

fn version(text: &str) -> [u32; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_below_the_floor_is_outdated() {
        let options = Options {
            oldest_antigravity: Some("2.9.0".into()),
            outdated_user_agents: vec!["OldTool".into()],
            ..Options::default()
        };
        for (agent, outdated) in [
            ("antigravity/1.15.8 windows/amd64", true),
            ("antigravity/ide/2.5.5 (aidev_client; os_type=darwin)", true),
            ("antigravity/ide/2.10.0 (aidev_client)", false),
            ("antigravity headroom/0.1.0", false),
            ("antigravity", false),
            ("GeminiCLI/0.35.2/gemini-2.5-pro (win32; x64; terminal)", false),
            ("some oldtool/1", true),
        ] {
            assert_eq!(is_outdated(Some(agent), &options), outdated, "{agent}");
        }
        assert!(!is_outdated(Some("antigravity/0.0.1"), &Options::default()) && !is_outdated(None, &options));
    }
}
