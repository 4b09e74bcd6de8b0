use super::*;
use crate::secrets::vault::Vault;
use proptest::prelude::*;

fn sealed_for(vault: &Vault, owner: &str, name: SecretName) -> Sealed {
    vault.seal(owner, name, &SecretString::from("1//FAKE_REFRESH_TOKEN")).unwrap()
}

/// Holds T10.
#[test]
fn a_secret_opens_only_for_its_owner_under_its_name_with_its_key() {
    let (vault, other) = (Vault::generate().unwrap(), Vault::generate().unwrap());
    let sealed = sealed_for(&vault, "ada", SecretName::RefreshToken);
    let open = |vault: &Vault, owner: &str, name| {
        vault.open(owner, name, &sealed).map(|s| s.expose_secret().to_owned())
    };
    assert_eq!(open(&vault, "ada", SecretName::RefreshToken).as_deref(), Ok("1//FAKE_REFRESH_TOKEN"));
    for (vault, owner, name) in [
        (&vault, "bob", SecretName::RefreshToken),
        (&vault, "adar", SecretName::RefreshToken),
        (&vault, "", SecretName::RefreshToken),
        (&vault, "ada", SecretName::AccessToken),
        (&other, "ada", SecretName::RefreshToken),
    ] {
        let error = open(vault, owner, name).unwrap_err();
        assert_eq!(error, SecretError::Unreadable { owner: owner.to_owned(), name });
        assert!(error.to_string().contains("sign in again"));
    }
}

/// Holds T10.
#[test]
fn a_changed_or_shortened_record_does_not_open() {
    let vault = Vault::generate().unwrap();
    let sealed = sealed_for(&vault, "ada", SecretName::ApiKey);
    let opens = |bytes: Vec<u8>| vault.open("ada", SecretName::ApiKey, &Sealed::from_bytes(bytes)).is_ok();
    for at in 0..sealed.as_bytes().len() {
        let mut changed = sealed.as_bytes().to_vec();
        changed[at] ^= 1;
        assert!(!opens(changed), "byte {at}");
        assert!(!opens(sealed.as_bytes()[..at].to_vec()), "cut at {at}");
    }
    assert!(opens(sealed.as_bytes().to_vec()));
}

#[test]
fn the_same_secret_never_looks_the_same() {
    let vault = Vault::generate().unwrap();
    let one = sealed_for(&vault, "ada", SecretName::ApiKey);
    assert_ne!(one, sealed_for(&vault, "ada", SecretName::ApiKey));
}

/// Holds T24.
#[test]
fn nothing_printable_holds_a_secret() {
    let vault = Vault::generate().unwrap();
    let sealed = sealed_for(&vault, "ada", SecretName::ApiKey);
    let cell = VaultCell::in_memory().unwrap();
    let printed = format!("{vault:?} {sealed:?} {:?} {:?}", cell.state(), cell.storage());
    let key = vault.key();
    assert!(!printed.contains("FAKE") && !printed.contains(&format!("{:?}", &key[..4])), "{printed}");
}

#[test]
fn every_name_is_found_by_its_word() {
    for name in SecretName::ALL {
        assert_eq!(SecretName::of(name.key()), Some(name));
    }
    assert_eq!(SecretName::of("password"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn whatever_is_sealed_opens_the_same(owner in "\\PC{0,40}", secret in "\\PC{0,200}", which in 0..SecretName::ALL.len()) {
        let (vault, name) = (Vault::generate().unwrap(), SecretName::ALL[which]);
        let sealed = vault.seal(&owner, name, &SecretString::from(secret.as_str())).unwrap();
        let opened = vault.open(&owner, name, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), secret);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let vault = Vault::generate().unwrap();
        prop_assert!(vault.open("ada", SecretName::ApiKey, &Sealed::from_bytes(bytes)).is_err());
    }
}

/// Holds F47.
#[test]
fn a_secret_of_two_megabytes_is_sealed_under_the_same_short_key() {
    let vault = Vault::generate().unwrap();
    let long = "x".repeat(2 * 1024 * 1024);
    let sealed = vault.seal("ada", SecretName::AccessToken, &SecretString::from(long.as_str())).unwrap();
    assert_eq!(vault.open("ada", SecretName::AccessToken, &sealed).unwrap().expose_secret(), long);
    assert_eq!(vault.key().len(), 32);
}
