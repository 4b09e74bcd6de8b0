use super::*;
use proptest::prelude::*;

const VERSION: &str = "1.2.3";

fn defaults() -> Settings {
    Settings::defaults(VERSION)
}

#[test]
fn every_default_reads_back_and_is_in_range() {
    for setting in SETTINGS {
        let text = defaults().text(setting.key).unwrap();
        let mut read = defaults();
        assert_eq!(read.set(setting.key, &text), Ok(()), "{}", setting.key);
        assert_eq!(read, defaults(), "{}", setting.key);
    }
}

#[test]
fn every_setting_is_named_once_and_explained() {
    let mut keys: Vec<_> = SETTINGS.iter().chain(SECRETS).map(|s| s.key).collect();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count);
    for setting in SETTINGS.iter().chain(SECRETS) {
        assert!(setting.help.ends_with('.') && setting.help.len() > 20, "{}", setting.key);
        assert_eq!(find(setting.key), Some(setting));
        assert_eq!(setting.secret, defaults().text(setting.key).is_none(), "{}", setting.key);
    }
}

#[test]
fn user_agents_name_the_product_family_and_us() {
    assert_eq!(defaults().upstream_user_agent_antigravity, "antigravity headroom/1.2.3");
    assert_eq!(defaults().upstream_user_agent_gemini_cli, "headroom/1.2.3");
}

#[test]
fn the_edges_of_every_range_are_taken_and_one_beyond_is_not() {
    for setting in SETTINGS {
        let Kind::Integer { min, max, .. } = setting.kind else { continue };
        for (number, taken) in
            [(Some(min), true), (Some(max), true), (min.checked_sub(1), false), (max.checked_add(1), false)]
        {
            let Some(number) = number else { continue };
            let mut settings = defaults();
            let answer = settings.set(setting.key, &number.to_string());
            assert_eq!(answer.is_ok(), taken, "{} = {number}", setting.key);
            if let Err(refused) = answer {
                let text = refused.to_string();
                assert!(
                    text.contains(&format!("from {min} to {max}")) && text.contains(setting.key),
                    "{text}"
                );
                assert_eq!(settings, defaults());
            }
        }
    }
}

#[test]
fn odd_values_are_refused_and_the_old_one_stays() {
    for (key, given) in [
        ("refresh_interval_minutes", ""),
        ("refresh_interval_minutes", "+5"),
        ("refresh_interval_minutes", "5.0"),
        ("refresh_interval_minutes", "5m"),
        ("refresh_interval_minutes", "99999999999999999999"),
        ("background_refresh_enabled", "maybe"),
        ("key_storage", "none"),
        ("language", "fr"),
        ("upstream_urls", ""),
        ("upstream_urls", "https://evil.example"),
        ("upstream_urls", "https://cloudcode-pa.googleapis.com,https://evil.example"),
        ("api_key_url", "http://10.0.0.1"),
        ("upstream_proxy", "socks4://127.0.0.1:1"),
        ("upstream_user_agent_antigravity", "a\r\nAuthorization: x"),
        ("provider_order", "antigravity,claude"),
        ("provider_order", "antigravity,antigravity"),
        ("quota_protection_models", " , "),
        ("smart_warmup_hours", "later"),
        ("proxy_listen", "0.0.0.0"),
    ] {
        let mut settings = defaults();
        assert!(settings.set(key, given).is_err(), "{key} = {given:?}");
        assert_eq!(settings, defaults(), "{key} = {given:?}");
    }
    assert_eq!(defaults().set("refresh_minutes", "5"), Err(Refused::Unknown("refresh_minutes".into())));
    assert_eq!(
        defaults().set("oauth_client_id_antigravity", "x"),
        Err(Refused::Secret("oauth_client_id_antigravity"))
    );
}

#[test]
fn the_words_of_a_switch() {
    for (text, on) in [
        ("true", true),
        ("ON", true),
        ("1", true),
        (" yes ", true),
        ("false", false),
        ("0", false),
        ("Off", false),
        ("no", false),
    ] {
        let mut settings = defaults();
        settings.set("smart_warmup_enabled", text).unwrap();
        assert_eq!(settings.smart_warmup_enabled, on, "{text}");
    }
}

#[test]
fn providers_that_are_not_named_follow() {
    let mut settings = defaults();
    settings.set("provider_order", "api_key").unwrap();
    assert_eq!(settings.text("provider_order").as_deref(), Some("api-key,antigravity,gemini-cli"));
}

#[track_caller]
fn check_origin(said: &[(Origin, &str, &str)], key: &str, value: &str, origin: Origin, refused: usize) {
    let resolved = resolve(VERSION, |from, setting| {
        said.iter().find(|(o, k, _)| *o == from && *k == setting.key).map(|(_, _, v)| (*v).to_owned())
    });
    assert_eq!(resolved.settings.text(key).as_deref(), Some(value));
    assert_eq!(resolved.origin(key), origin);
    assert_eq!(resolved.refused.len(), refused, "{:?}", resolved.refused);
}

#[test]
fn a_flag_beats_the_environment_beats_the_settings_beat_the_default() {
    use Origin::{Default, Environment, Flag, Settings};
    let key = "refresh_interval_minutes";
    check_origin(&[], key, "15", Default, 0);
    check_origin(&[(Settings, key, "20")], key, "20", Settings, 0);
    check_origin(&[(Settings, key, "20"), (Environment, key, "30")], key, "30", Environment, 0);
    check_origin(&[(Settings, key, "20"), (Environment, key, "30"), (Flag, key, "40")], key, "40", Flag, 0);
    check_origin(&[(Settings, key, "20"), (Environment, key, "0")], key, "20", Settings, 1);
    check_origin(
        &[(Settings, key, "9999"), (Environment, key, "0"), (Flag, key, "x")],
        key,
        "15",
        Default,
        3,
    );
}

#[test]
fn listening_on_the_network_takes_the_permission_and_names() {
    use Origin::{Default, Settings};
    let listen = (Settings, "proxy_listen", "0.0.0.0:8045");
    let allow = (Settings, "proxy_allow_lan", "true");
    let hosts = (Settings, "proxy_hosts", "desk.example");
    check_origin(&[listen], "proxy_listen", "127.0.0.1:8045", Default, 1);
    check_origin(&[listen, allow], "proxy_listen", "127.0.0.1:8045", Default, 1);
    check_origin(&[listen, hosts], "proxy_listen", "127.0.0.1:8045", Default, 1);
    check_origin(&[listen, hosts, allow], "proxy_listen", "0.0.0.0:8045", Settings, 0);
}

#[test]
fn what_opens_a_door_wider_is_noticed() {
    for (key, value, lowers) in [
        ("proxy_allow_lan", "true", true),
        ("proxy_hosts", "desk.example", true),
        ("proxy_origins", "https://app.example.com", true),
        ("proxy_log_prompts", "true", true),
        ("proxy_listen", "0.0.0.0:8045", true),
        ("proxy_listen", "[::1]:9000", false),
        ("key_storage", "file", true),
        ("upstream_urls", "http://127.0.0.1:9", true),
        ("upstream_urls", "https://cloudcode-pa.googleapis.com", false),
        ("oauth_token_url", "http://[::1]:9/token", true),
        ("refresh_interval_minutes", "1", false),
        ("smart_warmup_enabled", "true", false),
    ] {
        let mut after = defaults();
        after.set(key, value).unwrap();
        assert_eq!(defaults().lowered_by(&after), if lowers { vec![key] } else { vec![] }, "{key} = {value}");
        assert!(
            after.lowered_by(&after).is_empty() && after.lowered_by(&defaults()).is_empty(),
            "{key} back"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn no_text_panics_and_what_is_taken_reads_back(row in 0..SETTINGS.len(), text in "[ -~]{0,40}|\\PC{0,20}|[a-z0-9.:/,-]{0,40}|[0-9]{1,6}") {
        let key = SETTINGS[row].key;
        let mut settings = defaults();
        match settings.set(key, &text) {
            Err(refused) => {
                prop_assert_eq!(&settings, &defaults());
                prop_assert!(refused.to_string().contains(key));
            }
            Ok(()) => {
                let written = settings.text(key).unwrap();
                let mut again = defaults();
                prop_assert_eq!(again.set(key, &written), Ok(()));
                prop_assert_eq!(again, settings);
            }
        }
    }
}
